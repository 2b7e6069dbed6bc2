"""Does zero padding tell a network where something is?

A digit stands in the top half of a black canvas, or the same digit half a canvas lower, and the
label is which. Behind zero-padded convolutions and a global maximum, whether the two differ is a
matter of depth: in n layers of 3 x 3 kernels a unit that sees the digit also reads the padding of
some layer above the black, if at most 2 (n - 1) pixels lie between digit and border. So that far,
and not beyond, the position must be told. Circular padding is the control that must guess.
"""

from functools import partial
from typing import Final

from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch.nn.functional import cross_entropy

from convlab.figures import lines, points
from convlab.measure import (
    Claim,
    Control,
    Measured,
    Measurements,
    Outcome,
    Sample,
    above,
    equal,
    exactly,
)
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Stream, generator
from convlab.train import sample
from convlab.workbench import Workbench

from ._halves import (
    GAPS,
    Padding,
    accuracy,
    apart,
    labelled_pairs,
    logits,
    network,
    pairs,
    small_digits,
)

ACCURACY, DIFFERENCE, GAP = "accuracy (%)", "difference of a pair's logits", "gap (pixels)"
CIRCULAR: Final = "circular"
ZEROS: Final = "zeros"
DEPTHS = (1, 2, 3)
ARMS: tuple[tuple[Padding, int], ...] = ((CIRCULAR, 2), *((ZEROS, n) for n in DEPTHS))
HOLDS, REFUTED = Outcome.HOLDS, Outcome.REFUTED


class Config(BaseModel):
    """How many networks of which width learn from how many pairs."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    channels: int = Field(6, ge=1, description="of each hidden layer")
    examples: int = Field(512, ge=2, le=1437, description="pairs that each network is trained on")
    training: Training = Training(steps=200, batch=32, lr=0.01, schedule="cosine")


def measure(config: Config, workbench: Workbench) -> Measurements:
    digits, others = small_digits(generator(0, Stream.SPLIT))
    x, gap = pairs(others, generator(0, Stream.HELD_OUT))
    measurements = Measurements()
    for padding, depth in ARMS:
        networks = workbench.fit(
            f"{padding}, {depth} deep",
            partial(network, padding, depth, config.channels),
            labelled_pairs(digits, config.examples),
            cross_entropy,
            seeds=config.seeds,
            training=config.training,
        )
        answers = logits(networks, x)
        parts = {"all": answers} | {str(pixels): answers[:, :, gap == pixels] for pixels in GAPS}
        for pixels, part in parts.items():
            arm = {"padding": padding, "layers": depth, GAP: pixels}
            right, difference = sample(accuracy(part), "mean"), exactly(apart(part))
            measurements.add("top or bottom?", arm, {ACCURACY: right, DIFFERENCE: difference})
    return measurements


def of(quantity: str, padding: str, layers: int, gap: object = "all") -> Measured:
    return lambda m: m.get(quantity, padding=padding, layers=layers, **{GAP: str(gap)})


def exceptions(measurements: Measurements) -> Sample:
    """How many depths and gaps break the rule that a pair differs within 2 (n - 1) pixels only."""
    broken = 0
    for row in measurements.rows:
        padding, depth, gap = (row.factors[name] for name in ("padding", "layers", GAP))
        if padding == ZEROS and gap != "all":
            differs = row.quantities[DIFFERENCE].center > 0
            broken += differs != (int(gap) <= 2 * (depth - 1))
    return exactly(broken)


SAME = "with circular padding both images of each pair get the same logits"
TELLS = "the same training teaches a zero-padded one to tell"
BLIND_CIRCULAR = (Control(SAME, of(DIFFERENCE, CIRCULAR, 2), equal(0)),)
TOLD = (Control(TELLS, of(ACCURACY, ZEROS, 2), above(55)),)

BLIND = "Convolution and shared weights make a globally pooled CNN blind to position"
BETRAYED = "Zero padding betrays the position to it"
REACH = "n layers of 3 x 3 see it within 2 (n - 1) pixels of the border, and not beyond"
IF_CIRCULAR = "With circular padding a globally pooled CNN is blind to position"

CLAIMS = (
    Claim("C316", "S3", BLIND, of(ACCURACY, ZEROS, 2), equal(50), REFUTED, BLIND_CIRCULAR),
    Claim("C316r", "S3", BETRAYED, of(ACCURACY, ZEROS, 2), above(55), HOLDS, BLIND_CIRCULAR),
    Claim("C316r2", "S3", REACH, exceptions, equal(0)),
    Claim("C316r3", "S3", IF_CIRCULAR, of(ACCURACY, CIRCULAR, 2), equal(50), HOLDS, TOLD),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    series = {}
    for padding, depth in reversed(ARMS):
        seen = {gap: of(ACCURACY, padding, depth, gap)(measurements) for gap in GAPS}
        series[f"padding {padding}, layers {depth}"] = points(seen)
    figure = lines(
        series,
        title="Zero padding tells where a digit is, if it is near enough to the border",
        x="gap between the digit and the nearer border (pixels)",
        y=ACCURACY,
        levels={"guessing": 50},
    )
    figure.axes[0].set_xticks([*GAPS])
    return {"reach": figure}
