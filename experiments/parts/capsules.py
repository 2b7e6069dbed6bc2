"""Do capsules tell a jumbled face from a face, where a deep CNN of as many parameters does not?

The deep CNN, which was shown faces and faces that lack a part, calls jumbled faces faces. Capsules
of the same images are said to keep where parts are to each other. They stand on two convolutions
and route by agreement in 0, 1 or 3 rounds; 0 gives each output an equal share. In their place, a
plain head reads every position of the same maps: what it does is no merit of capsules. Published
comparisons disagree, and none is of this task: nothing is predicted of jumbled faces, and ten
points decide. Faces that stand further right are asked as well.
Controls: the networks have as many parameters, know faces and missing parts, and half the steps
come to the same.
"""

from collections.abc import Callable
from functools import partial

from matplotlib.figure import Figure
from pydantic import Field
from torch import nn
from torch.nn.functional import cross_entropy

from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    above,
    at,
    below,
    between,
    exactly,
    over,
    paired,
    within,
)
from convlab.record import Record
from convlab.workbench import Workbench

from ._face_names import DELETED, FACES, JUMBLED, MISSING, MOVED, Learning
from ._face_networks import capsules, deep, flattened
from ._judging import by_arm, called_faces, half_the_steps, learn, margin_loss, new_images

DEEP, READ, HALF = "deep CNN", "plain head", "capsules, 3 rounds, half the steps"
ROUTED = {0: "capsules, 0 rounds", 1: "capsules, 1 round", 3: "capsules, 3 rounds"}
PARAMETERS = "parameters"


class Config(Learning):
    """How wide the networks are, how many learn, and how long."""

    channels: int = Field(16, ge=4, multiple_of=4, description="of the maps below the capsules")
    deep_channels: int = Field(18, ge=2, description="of the deep CNN: as many parameters")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements, questions = Measurements(), new_images(workbench, config)
    for arm, build in arms(config).items():
        networks = learn(
            workbench,
            arm,
            build,
            MISSING,
            config,
            training=half_the_steps(config.training) if arm == HALF else config.training,
            loss=margin_loss if arm in (HALF, *ROUTED.values()) else cross_entropy,
        )
        count = exactly(sum(parameter.numel() for parameter in build().parameters()))
        samples = {PARAMETERS: count} | called_faces(networks, questions)
        measurements.add("Of new images, those that a network calls faces", {"arm": arm}, samples)
    return measurements


def arms(config: Config) -> dict[str, Callable[[], nn.Module]]:
    routed = {
        arm: partial(capsules, config.channels, rounds=rounds) for rounds, arm in ROUTED.items()
    }
    return {
        DEEP: partial(deep, config.deep_channels),
        READ: partial(flattened, config.channels),
        **routed,
        HALF: routed[ROUTED[3]],
    }


def knows_faces(arm: str) -> tuple[Control, ...]:
    return (
        Control(
            sentence="each network compared calls nine tenths of new faces faces",
            of=at(FACES, arm=arm),
            predicted=above(90),
        ),
        Control(
            sentence="each network compared calls less than a tenth of faces without a part faces",
            of=at(DELETED, arm=arm),
            predicted=below(10),
        ),
    )


ALIKE = (
    *knows_faces(DEEP),
    *knows_faces(ROUTED[3]),
    Control(
        sentence="the deep CNN has as many parameters as the capsule network, as a ratio",
        of=over(at(PARAMETERS, arm=DEEP), at(PARAMETERS, arm=ROUTED[3])),
        predicted=between(0.95, 1.05),
    ),
    Control(
        sentence="half the steps change the share of the capsule network by less than 10 points",
        of=paired(at(JUMBLED, arm=ROUTED[3]), at(JUMBLED, arm=HALF)),
        predicted=within(10, of=0),
    ),
)
FEWER = paired(at(JUMBLED, arm=ROUTED[3]), at(JUMBLED, arm=DEEP))

# Nothing is predicted of jumbled faces. That a matrix for each position does not carry over to
# other positions was seen in a trial.
CLAIMS = (
    Claim(
        id="C323",
        source="S3",
        sentence="Capsule networks solve the problem: one with routing calls fewer jumbled faces "
        "faces than a deep CNN of as many parameters, by 10 points at least",
        of=FEWER,
        predicted=below(-10),
        expected=None,
        blind=False,  # a trial of 4 seeds: capsules called all of the jumbled faces faces
        controls=ALIKE,
    ),
    Claim(
        id="C323o1",
        source="ours",
        sentence="A capsule network with routing calls as many jumbled faces faces as a deep CNN "
        "of as many parameters, within 10 points",
        of=FEWER,
        predicted=within(10, of=0),
        expected=None,
        blind=False,
        controls=ALIKE,
    ),
    Claim(
        id="C323o2",
        source="ours",
        sentence="Routing makes no difference: capsules call as many jumbled faces faces with 3 "
        "rounds as with none, within 10 points",
        of=paired(at(JUMBLED, arm=ROUTED[3]), at(JUMBLED, arm=ROUTED[0])),
        predicted=within(10, of=0),
        expected=None,
        blind=False,
        controls=(*ALIKE, *knows_faces(ROUTED[0])),
    ),
    Claim(
        id="C323o3",
        source="ours",
        sentence="Capsules with routing call as many jumbled faces faces as a plain head that "
        "reads every position of the same maps, within 10 points",
        of=paired(at(JUMBLED, arm=ROUTED[3]), at(JUMBLED, arm=READ)),
        predicted=within(10, of=0),
        expected=None,
        blind=False,
        controls=(*ALIKE, *knows_faces(READ)),
    ),
    Claim(
        id="C323o4",
        source="ours",
        sentence="A capsule network calls fewer faces that stand further right faces than a deep "
        "CNN of as many parameters, by 10 points at least",
        of=paired(at(MOVED, arm=ROUTED[3]), at(MOVED, arm=DEEP)),
        predicted=below(-10),
        controls=ALIKE,
        blind=False,
    ),
)

ANSWER = Answer(
    "Of jumbled faces, a deep CNN calls {deep:.0f} % faces, and a capsule network of as many "
    "parameters {three:.0f} % with 3 rounds of routing, {one:.0f} % with one and {none:.0f} % "
    "with none. A plain head that reads every position of the same maps calls {read:.0f} % so. Of "
    "faces 4 pixels further right the deep CNN calls {deep_moved:.0f} % faces, and the capsules, "
    "with a matrix for each position, {moved:.0f} %.",
    deep=at(JUMBLED, arm=DEEP),
    three=at(JUMBLED, arm=ROUTED[3]),
    one=at(JUMBLED, arm=ROUTED[1]),
    none=at(JUMBLED, arm=ROUTED[0]),
    read=at(JUMBLED, arm=READ),
    deep_moved=at(MOVED, arm=DEEP),
    moved=at(MOVED, arm=ROUTED[3]),
)


def draw(record: Record) -> dict[str, Figure]:
    title = record.finding("C323o1")
    return {"capsules": by_arm(record.measurements, (FACES, JUMBLED, MOVED), title)}
