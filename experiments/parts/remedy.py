"""Does a locally connected layer mind where the parts of a face are?

The post's remedy where places matter, as in a face that always stands in the centre: a kernel for
each position. Two such layers learn faces that stand in one place, by a head that reads every
position. Predicted: where parts were only missing, these networks still call most jumbled faces
faces, since all that they need is something where something should be; where another part may
stand there, hardly any. Shared kernels under the same head, which knows positions as well, are
predicted to do as well. What it costs: faces that stand further right are no longer faces.
"""

from collections.abc import Iterator
from functools import partial

from matplotlib.figure import Figure
from pydantic import Field

from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Outcome,
    Sample,
    above,
    at,
    below,
    paired,
    within,
)
from convlab.record import Record
from convlab.workbench import Workbench

from ._face_names import DELETED, DUPLICATES, FACES, JUMBLED, MISSING, MOVED, Learning
from ._face_networks import bag_of_parts, flattened, local
from ._judging import Questions, by_arm, called_faces, half_the_steps, learn, new_images

LOCAL, HALF, SHARED = "local", "local, half the steps", "shared, read by position"
BAG, LACKING = "bag of parts", "local, only missing"
IN_ONE_PLACE = 0  # pixels that a face may stand off


class Config(Learning):
    """How wide the networks are, how many learn, and how long."""

    channels: int = Field(8, ge=2, description="of the second layer")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements, questions = Measurements(), new_images(workbench, config, IN_ONE_PLACE)
    for arm, kind, samples in _called_by_arm(config, workbench, questions):
        row = {"arm": arm, "none": kind}
        title = "Of new images of faces in one place, those that a network calls faces"
        measurements.add(title, row, samples)
    return measurements


def _called_by_arm(
    config: Config, workbench: Workbench, questions: Questions
) -> Iterator[tuple[str, str, dict[str, Sample]]]:
    unshared, shared = partial(local, config.channels), partial(flattened, config.channels)
    training = config.training
    for arm, build, kind, steps in (
        (BAG, partial(bag_of_parts, 2 * config.channels), DUPLICATES, training),
        (SHARED, shared, DUPLICATES, training),
        (LOCAL, unshared, DUPLICATES, training),
        (HALF, unshared, DUPLICATES, half_the_steps(training)),
        (LACKING, unshared, MISSING, training),
    ):
        networks = learn(workbench, arm, build, kind, config, training=steps, reach=IN_ONE_PLACE)
        yield arm, kind, called_faces(networks, questions)


def knows_faces(arm: str) -> tuple[Control, ...]:
    return (
        Control(
            sentence="the local network calls four fifths of new faces faces",
            of=at(FACES, arm=arm),
            predicted=above(80),
        ),
        Control(
            sentence="the local network calls less than a fifth of those that lack a part faces",
            of=at(DELETED, arm=arm),
            predicted=below(20),
        ),
    )


AS_LONG = Control(
    sentence="half the steps change the share by less than 10 points",
    of=paired(at(JUMBLED, arm=LOCAL), at(JUMBLED, arm=HALF)),
    predicted=within(10, of=0),
)
BAG_TAKES_THEM = Control(
    sentence="a bag of parts that learned the same calls most jumbled faces faces",
    of=at(JUMBLED, arm=BAG),
    predicted=above(50),
)

# A pilot had shown what local layers make of jumbled and of moved faces, not what shared ones do.
CLAIMS = (
    Claim(
        id="C325o3",
        source="ours",
        sentence="A locally connected network calls at most a tenth of jumbled faces faces, where "
        "its images of none had other parts in the place of missing ones",
        of=at(JUMBLED, arm=LOCAL),
        predicted=below(10),
        controls=(*knows_faces(LOCAL), BAG_TAKES_THEM, AS_LONG),
        blind=False,
    ),
    Claim(
        id="C325o4",
        source="ours",
        sentence="A locally connected network calls at most half of the jumbled faces faces, "
        "where its images of none only lacked a part",
        of=at(JUMBLED, arm=LACKING),
        predicted=below(50),
        expected=Outcome.REFUTED,
        controls=knows_faces(LACKING),
        blind=False,
    ),
    Claim(
        id="C325o5",
        source="ours",
        sentence="Shared kernels under a head that reads every position call as few jumbled faces "
        "faces as unshared ones, within 10 points",
        of=paired(at(JUMBLED, arm=SHARED), at(JUMBLED, arm=LOCAL)),
        predicted=within(10, of=0),
        controls=(
            BAG_TAKES_THEM,
            Control(
                sentence="the network with shared kernels calls four fifths of new faces faces",
                of=at(FACES, arm=SHARED),
                predicted=above(80),
            ),
        ),
    ),
    Claim(
        id="C325o6",
        source="ours",
        sentence="A locally connected network pays for it: of faces 4 pixels further right it "
        "calls at most half faces",
        of=at(MOVED, arm=LOCAL),
        predicted=below(50),
        controls=(
            *knows_faces(LOCAL),
            Control(
                sentence="a bag of parts calls four fifths of these faces",
                of=at(MOVED, arm=BAG),
                predicted=above(80),
            ),
        ),
        blind=False,
    ),
)

ANSWER = Answer(
    "Only if it was shown parts in wrong places. Where another part stood in the place of a "
    "missing one, local layers call {local:.0f} % of jumbled faces faces; where parts were only "
    "missing, {lacking:.0f} %. Nor are unshared kernels what does it: shared ones call "
    "{shared:.0f} % so, where the head reads every position. The price is that of 100 faces 4 "
    "pixels further right, local layers call {moved:.0f} faces.",
    local=at(JUMBLED, arm=LOCAL),
    lacking=at(JUMBLED, arm=LACKING),
    shared=at(JUMBLED, arm=SHARED),
    moved=at(MOVED, arm=LOCAL),
)


def draw(record: Record) -> dict[str, Figure]:
    title = record.finding("C325o4")
    return {"remedy": by_arm(record.measurements, (FACES, JUMBLED, MOVED), title)}
