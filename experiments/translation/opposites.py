"""Are equivariance and invariance opposites?

Equivariant is a function whose output moves as its input does: f(T x) = T f(x). Invariant is one
whose output stays: f(T x) = f(x). Untrained functions from images to maps see every circular
shift T. Of opposites each function would have one; predicted is that all four combinations occur:
a convolution moves, its maximum written into the corner of a map stays, its maximum written
everywhere does both, an MLP or a local layer neither. Where outputs have no places, T does nothing
to them, and equivariance is invariance. Weights and pixels are whole numbers: all sums are exact.
"""

import torch
from matplotlib.figure import Figure

from convlab.figures import images
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Outcome,
    above,
    at,
    equal,
    exactly,
)
from convlab.probes.equivariance import equivariance, invariance
from convlab.record import Record
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._functions_of_maps import (
    behind_a_convolution,
    examples,
    greatest,
    least,
    moving_and_staying,
    of_kind,
    shifts_around,
    the_same_everywhere,
)
from ._kinds import CONVOLUTION, CORNER, EVERYWHERE, FLATTENED, HEADS, KINDS, MAXIMUM, MLP, Images
from ._kinds_told_apart import BOTH, COMBINATIONS, EVEN, MOVING, STAYING, UNEVEN, UNEVEN_WITH_BOTH

LEAST_MOVING, LEAST_STAYING = "least error of moving", "least error of staying"
CHANGE, LEAST_CHANGE = "greatest change of logits", "least change of logits"


class Config(Images):
    """How many random functions see how many random images of which size."""


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    for add, names in ((add_errors, KINDS), (add_counts, KINDS), (add_logits, HEADS)):
        for name in names:
            add(measurements, name, config, workbench)
    measurements.arrays |= examples(config.side, workbench.generator(Stream.WEIGHTS))
    return measurements


def add_errors(
    measurements: Measurements, kind: str, config: Config, workbench: Workbench
) -> None:
    shifts, cases = shifts_around(config.side), of_kind(kind, config, workbench)
    moving = torch.stack([equivariance(f, x, shifts) for f, x in cases])
    staying = torch.stack([invariance(f, x, shifts) for f, x in cases])
    measurements.add(
        "Relative errors of maps that should move with their image, and that should stay",
        {"kind": kind},
        {
            MOVING: greatest(moving),
            LEAST_MOVING: least(moving),
            STAYING: greatest(staying),
            LEAST_STAYING: least(staying),
        },
    )


def add_counts(
    measurements: Measurements, kind: str, config: Config, workbench: Workbench
) -> None:
    shifts, cases = shifts_around(config.side), of_kind(kind, config, workbench)
    both = torch.cat([moving_and_staying(f, x, shifts) for f, x in cases])
    even = torch.cat([the_same_everywhere(f(x)) for f, x in cases])
    measurements.add(
        "Images whose map both moves and stays, under every shift",
        {"kind": kind},
        {EVEN: exactly(int((both & even).sum())), UNEVEN: exactly(int((both & ~even).sum()))},
    )


def add_logits(
    measurements: Measurements, head: str, config: Config, workbench: Workbench
) -> None:
    cases = behind_a_convolution(head, config, workbench)
    changes = torch.stack([invariance(f, x, shifts_around(config.side)) for f, x in cases])
    measurements.add(
        "Relative change of logits, which have no places, by the head of a convolution",
        {"head": head},
        {CHANGE: greatest(changes), LEAST_CHANGE: least(changes)},
    )


TOLD_APART = (
    Control(
        sentence="a convolution stays as it was under no shift",
        of=at(LEAST_STAYING, kind=CONVOLUTION),
        predicted=above(0.01),
    ),
    Control(
        sentence="a maximum in the corner follows no shift",
        of=at(LEAST_MOVING, kind=CORNER),
        predicted=above(0.01),
    ),
)
CLAIMS = (
    Claim(  # at its most favourable: of maps, which can move
        id="C313",
        source="S3",
        sentence="Equivariance and invariance are opposite concepts: no function has both",
        of=BOTH,
        predicted=equal(0),
        expected=Outcome.REFUTED,
        controls=TOLD_APART,
        general=True,
    ),
    Claim(
        id="C313r",
        source="S3",
        sentence="A map that differs from place to place does not both move with its image and "
        "stay as it was",
        of=UNEVEN_WITH_BOTH,
        predicted=equal(0),
        controls=(
            Control(
                sentence="maps that are the same everywhere do both",
                of=at(EVEN, kind=EVERYWHERE),
                predicted=above(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C313o1",
        source="ours",
        sentence="Equivariance and invariance are independent: a function may have both, either "
        "or neither",
        of=COMBINATIONS,
        predicted=equal(4),
        controls=TOLD_APART,
        general=True,
    ),
    Claim(
        id="C313o2",
        source="ours",
        sentence="Invariance is the equivariance that does nothing to the output: a global "
        "maximum makes it of a convolution",
        of=at(CHANGE, head=MAXIMUM),
        predicted=equal(0),
        controls=(
            Control(
                sentence="with a flattened head logits change under every shift",
                of=at(LEAST_CHANGE, head=FLATTENED),
                predicted=above(0.01),
            ),
        ),
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "No. Equivariance says f(T x) = T' f(x): T shifts the image, and T' does to the output what "
    "belongs to it. Let T' do nothing, and f(T x) = f(x): that is invariance, so that it is one "
    "kind of equivariance. Logits behind a global maximum have it (they change by {change}). Even "
    "where T' shifts maps, {both} of five functions has both, and all {combinations} combinations "
    "occur. What is right: a map that differs from place to place does not both move and stay.",
    change=at(CHANGE, head=MAXIMUM),
    both=BOTH,
    combinations=COMBINATIONS,
)


SHOWN = {
    "image": "the image shifted",
    CONVOLUTION: "the map moves",
    CORNER: "the map stays",
    EVERYWHERE: "the map does both",
    MLP: "the map does neither",
}


def draw(record: Record) -> dict[str, Figure]:
    """An image and its maps and, below, those of the image after a shift."""
    maps = record.measurements.arrays
    scaled = {name: maps[name] / abs(maps[name]).max() for name in SHOWN}
    panels = {name: scaled[name][0] for name in SHOWN}
    panels |= {after: scaled[name][1] for name, after in SHOWN.items()}
    return {"kinds": images(panels, title=record.finding("C313"), columns=5)}
