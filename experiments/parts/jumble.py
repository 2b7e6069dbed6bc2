"""Does a CNN that sees a part of a face at a time take a jumbled face for a face?

A bag of parts has windows so small that none holds two parts, and keeps of each feature only the
greatest value anywhere. It learns to tell drawn faces from images where a part is missing, or
where another one stands twice, in its place too. Predicted: it does, and calls jumbled faces
faces, 95 % of them at least. Even where half of the images that are no face are jumbled faces, it
cannot tell these from faces (the experiment `bags` proves it), so that it gives them the more
frequent answer. A deep network, whose windows hold a whole face, learns from the same images:
predicted to reject jumbled faces in orders that it never saw. (What it makes of them where it was
shown none is asked in the experiment `layout`.) Controls: both know new faces, the bag sees that
a part is missing or doubled, and half the steps change little.
"""

from collections.abc import Iterator
from functools import partial

from matplotlib.figure import Figure
from pydantic import Field

from convlab.figures import images
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Sample,
    above,
    at,
    below,
    equal,
    paired,
    within,
)
from convlab.record import Record
from convlab.workbench import Workbench

from ._face_names import (
    DELETED,
    DOUBLED,
    DUPLICATES,
    FACES,
    JUMBLED,
    OVER,
    SHOWN,
    Learning,
)
from ._face_networks import bag_of_parts, deep
from ._judging import Questions, called_faces, half_the_steps, learn, new_images

BAG, HALF, BAG_SHOWN = "bag", "bag, half the steps", "bag, shown jumbled"
DEEP_SHOWN = "deep, shown jumbled"


class Config(Learning):
    """How wide the networks are, how many learn, and how long."""

    channels: int = Field(16, ge=2, description="of the networks")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements, questions = Measurements(), new_images(workbench, config)
    questions[OVER] = questions[FACES].flip(-2)  # the parts stand on their heads, too
    measurements.arrays |= {kind: x[0, 0, 0].numpy() for kind, x in questions.items()}
    for arm, samples in _called_by_arm(config, workbench, questions):
        title = "Of new images, those that a network calls faces; weights rounded to 1/256"
        measurements.add(title, {"arm": arm}, samples)
    return measurements


def _called_by_arm(
    config: Config, workbench: Workbench, questions: Questions
) -> Iterator[tuple[str, dict[str, Sample]]]:
    bag, whole = (partial(build, config.channels) for build in (bag_of_parts, deep))
    half = half_the_steps(config.training)  # is enough for what is shown jumbled faces
    for arm, build, kind, training in (
        (BAG, bag, DUPLICATES, config.training),
        (HALF, bag, DUPLICATES, half),
        (BAG_SHOWN, bag, SHOWN, half),
        (DEEP_SHOWN, whole, SHOWN, half),
    ):
        networks = learn(workbench, arm, build, kind, config, training=training)
        yield arm, called_faces(networks, questions, exact=True)


KNOWS_PARTS = (
    Control(
        sentence="of faces that lack a part the bag calls fewer faces than of faces, by 80 points "
        "at least; at chance by none",
        of=paired(at(FACES, arm=BAG), at(DELETED, arm=BAG)),
        predicted=above(80),
    ),
    Control(
        sentence="where a second copy of another part stands in place of the missing one, the bag "
        "says 'face' to less than a fifth: it does not count ink",
        of=at(DOUBLED, arm=BAG),
        predicted=below(20),
    ),
    Control(
        sentence="half the steps change the share of jumbled faces by less than 10 points",
        of=paired(at(JUMBLED, arm=BAG), at(JUMBLED, arm=HALF)),
        predicted=within(10, of=0),
    ),
)
TOLD_APART = Control(
    sentence="a deep network that is shown jumbled faces tells new ones from faces",
    of=paired(at(FACES, arm=DEEP_SHOWN), at(JUMBLED, arm=DEEP_SHOWN)),
    predicted=above(90),
)

# A pilot, and a run of 600 steps, had shown what bags and the deep network make of jumbled faces.
CLAIMS = (
    Claim(
        id="C324",
        source="S3",
        sentence="A CNN that sees a part at a time wrongly judges most jumbled faces to be faces, "
        "since they have all the parts of one, wherever these are",
        of=at(JUMBLED, arm=BAG),
        predicted=above(50),
        controls=(*KNOWS_PARTS, TOLD_APART),
        blind=False,
    ),
    Claim(
        id="C324o2",
        source="ours",
        sentence="A network that sees a part at a time calls as many jumbled faces faces as faces "
        "themselves, even when it is shown jumbled ones as none",
        of=paired(at(FACES, arm=BAG_SHOWN), at(JUMBLED, arm=BAG_SHOWN)),
        predicted=equal(0),
        controls=(TOLD_APART,),
        identity=True,
    ),
    Claim(
        id="C324o3",
        source="ours",
        sentence="A CNN that sees a part at a time judges at least 95 % of jumbled faces to be "
        "faces",
        of=at(JUMBLED, arm=BAG),
        predicted=above(95),
        controls=KNOWS_PARTS,
        blind=False,
    ),
    Claim(
        id="C324o4",
        source="ours",
        sentence="A deep CNN whose windows hold a face, and that was shown jumbled faces as none, "
        "calls at most a tenth of those in orders that it never saw faces",
        of=at(JUMBLED, arm=DEEP_SHOWN),
        predicted=below(10),
        controls=(
            Control(
                sentence="the deep network still recognises at least four fifths of new faces",
                of=at(FACES, arm=DEEP_SHOWN),
                predicted=above(80),
            ),
            Control(
                sentence="the bag, which was shown the same, calls most jumbled faces faces",
                of=at(JUMBLED, arm=BAG_SHOWN),
                predicted=above(50),
            ),
        ),
        blind=False,
    ),
    # No bag was taught what a part upside down is: theory promises nothing.
    Claim(
        id="C324o5",
        source="ours",
        sentence="A CNN that sees a part at a time says 'face' less often to a face upside down, "
        "its parts too, than to a jumbled one, by 10 points at least",
        of=paired(at(OVER, arm=BAG), at(JUMBLED, arm=BAG)),
        predicted=below(-10),
        expected=None,
        controls=KNOWS_PARTS,
    ),
)

ANSWER = Answer(
    "Yes: {faces:.0f} % of faces are faces for it, {jumbled:.0f} % of the same faces jumbled, and "
    "{deleted:.0f} % of those that lack a part. Trained with jumbled faces as 'no face', one to "
    "every two faces, it still calls {shown:.0f} % of new ones faces, as it cannot tell them "
    "apart; a deep network, whose windows hold a face, {deep:.0f} %.",
    faces=at(FACES, arm=BAG),
    jumbled=at(JUMBLED, arm=BAG),
    deleted=at(DELETED, arm=BAG),
    shown=at(JUMBLED, arm=BAG_SHOWN),
    deep=at(JUMBLED, arm=DEEP_SHOWN),
)


def draw(record: Record) -> dict[str, Figure]:
    measurements = record.measurements
    panels = {
        f"{kind.removesuffix(' (%)')}: "
        f"{measurements.get(kind, arm=BAG).center:.0f} %": measurements.arrays[kind]
        for kind in (FACES, JUMBLED, DELETED)
    }
    return {"faces": images(panels, title=record.finding("C324"), highest=1)}
