"""Does zero padding tell a network where something is?

A digit stands in the top half of a black canvas, or the same digit stands half a canvas lower, and
the label says which. The networks are zero-padded convolutions and a global maximum. The padding
ends each layer's map at the border, and the next layer reads zeros beyond. In n layers of 3 x 3
kernels this changes or removes a unit that sees the digit, if at most 2 (n - 1) pixels lie between
the digit and the border. Up to this gap a network can learn the position, beyond it a network must
guess. Circular padding is the control: it must guess at every gap.
"""

from functools import partial

from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Tensor
from torch.nn.functional import cross_entropy

from convlab.figures import lines, points
from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Outcome,
    Quantity,
    Sample,
    above,
    at,
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
    labelled_pairs,
    largest_difference,
    logits,
    network,
    pairs,
    small_digits,
)

ACCURACY, DIFFERENCE, GAP = "accuracy (%)", "difference of a pair's logits", "gap (pixels)"
ALL = {GAP: "all"}
DEPTHS = (1, 2, 3)
ARMS: tuple[tuple[Padding, int], ...] = (("circular", 2), *(("zeros", n) for n in DEPTHS))


class Config(BaseModel):
    """How many networks of which width learn from how many pairs."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    channels: int = Field(6, ge=1, description="of each hidden layer")
    examples: int = Field(512, ge=2, le=1437, description="pairs that each network is trained on")
    training: Training = Training(steps=200, batch=32, lr=0.01, schedule="cosine")


def measure(config: Config, workbench: Workbench) -> Measurements:
    digits, test_digits = small_digits(generator(0, Stream.SPLIT))
    x, gaps = pairs(test_digits, generator(0, Stream.HELD_OUT))
    measurements = Measurements()
    for padding, depth in ARMS:
        networks = workbench.fit(
            f"{padding}, {depth} layers",
            partial(network, padding, depth, config.channels),
            partial(labelled_pairs, digits, config.examples),
            cross_entropy,
            seeds=config.seeds,
            training=config.training,
        )
        add_rows(measurements, {"padding": padding, "layers": depth}, logits(networks, x), gaps)
    return measurements


def add_rows(into: Measurements, arm: dict[str, object], logits: Tensor, gaps: Tensor) -> None:
    """A row for all pairs, and one for those of each gap; logits (S, 2, N, 2), gaps (N,)."""
    parts = {"all": logits} | {str(gap): logits[:, :, gaps == gap] for gap in GAPS}
    for gap, part in parts.items():
        quantities = {
            ACCURACY: sample(accuracy(part), "mean"),
            DIFFERENCE: exactly(largest_difference(part)),
        }
        into.add("top or bottom?", arm | {GAP: gap}, quantities)


def exceptions(measurements: Measurements) -> Sample:
    """How many depths and gaps break the rule that a pair differs within 2 (n - 1) pixels only."""
    count = 0
    for row in measurements.rows:
        padding, depth, gap = (row.factors[name] for name in ("padding", "layers", GAP))
        if padding == "zeros" and gap != "all":
            differs = row.quantities[DIFFERENCE].center > 0
            count += differs != (int(gap) <= 2 * (depth - 1))
    return exactly(count)


CIRCULAR_IS_BLIND = Control(
    sentence="with circular padding, both images of each pair get the same logits",
    of=at(DIFFERENCE, padding="circular", layers=2, **ALL),
    predicted=equal(0),
)

CLAIMS = (
    Claim(
        id="C316",
        source="S3",
        sentence="Convolution and shared weights make a globally pooled CNN blind to position",
        of=at(ACCURACY, padding="zeros", layers=2, **ALL),
        predicted=equal(50),
        expected=Outcome.REFUTED,
        controls=(CIRCULAR_IS_BLIND,),
    ),
    Claim(
        id="C316r",
        source="S3",
        sentence="Zero padding betrays the position to a globally pooled CNN",
        of=at(ACCURACY, padding="zeros", layers=2, **ALL),
        predicted=above(55),
        controls=(CIRCULAR_IS_BLIND,),
    ),
    Claim(
        id="C316r2",
        source="S3",
        sentence="A zero-padded CNN with n layers of 3 x 3 kernels sees the position within "
        "2 (n - 1) pixels of the border, and not beyond",
        of=Quantity("exceptions from the reach of 2 (n - 1) pixels", exceptions),
        predicted=equal(0),
    ),
    Claim(
        id="C316r3",
        source="S3",
        sentence="With circular padding a globally pooled CNN is blind to position",
        of=at(ACCURACY, padding="circular", layers=2, **ALL),
        predicted=equal(50),
        controls=(
            Control(
                sentence="the same training teaches a zero-padded CNN to tell the position",
                of=at(ACCURACY, padding="zeros", layers=2, **ALL),
                predicted=above(55),
            ),
        ),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    series = {}
    for padding, depth in reversed(ARMS):
        row = {"padding": padding, "layers": depth}
        by_gap = {gap: measurements.get(ACCURACY, **row, **{GAP: str(gap)}) for gap in GAPS}
        series[f"padding {padding}, layers {depth}"] = points(by_gap)
    figure = lines(
        series,
        title="Zero padding tells where a digit is, if the digit is near enough to the border",
        x="gap between the digit and the nearer border (pixels)",
        y=ACCURACY,
        levels={"guessing": 50},
    )
    figure.axes[0].set_xticks([*GAPS])
    return {"reach": figure}
