"""Does zero padding tell a network where something is?

A digit stands in the top half of a black canvas, or the same digit half a canvas lower, and the
label is which. Behind zero-padded convolutions and a global maximum, whether the two differ is a
matter of depth: in n layers of 3 x 3 kernels a unit that sees the digit also reads the padding of
some layer above the black, if at most 2 (n - 1) pixels lie between digit and border. So that far,
and not beyond, the position must be told. Circular padding is the control that must guess.
"""

from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from convlab.data.halves import GAPS, SIDE, labelled, pairs, small_digits
from convlab.measure import Claim, Control, Measurements, Outcome, Sample, above, equal, exactly
from convlab.probes.pairs import accuracy, apart, dyadic, logits
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Data, Stream, generator
from convlab.train import sample

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from convlab.workbench import Workbench

ACCURACY, DIFFERENCE, GAP = "accuracy (%)", "difference of a pair's logits", "gap (pixels)"
Padding = Literal["zeros", "circular"]
DEPTHS = (1, 2, 3)
ARMS: tuple[tuple[Padding, int], ...] = (("circular", 2), *(("zeros", n) for n in DEPTHS))


class Config(BaseModel):
    """How many networks of which width learn from how many pairs."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    channels: int = Field(6, ge=1, description="of each hidden layer")
    examples: int = Field(512, ge=2, le=1437, description="pairs that each network is trained on")
    training: Training = Training(steps=200, batch=32, rate=0.01, schedule="cosine")


def network(padding: Padding, depth: int, channels: int) -> nn.Sequential:
    """`depth` layers, and logits (N, 2) by the maximum over all positions."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise([1, *[channels] * depth]):
        layers.append(nn.Conv2d(inputs, outputs, 3, padding=1, padding_mode=padding))
        layers.append(nn.LeakyReLU(0.25))  # with ReLU, some networks lose all their units
    return nn.Sequential(*layers, nn.MaxPool2d(SIDE), nn.Flatten(), nn.Linear(channels, 2))


def task(digits: Tensor, count: int, generator: Generator) -> Data:
    return Data(*labelled(digits, count, generator))


def measure(config: Config, workbench: "Workbench") -> Measurements:
    digits, others = small_digits(generator(0, Stream.SPLIT))
    x, gap = pairs(others, generator(0, Stream.HELD_OUT))
    measurements = Measurements()
    for padding, depth in ARMS:
        networks = workbench.fit(
            f"{padding}, {depth} deep",
            partial(network, padding, depth, config.channels),
            partial(task, digits, config.examples),
            cross_entropy,
            seeds=config.seeds,
            training=config.training,
        )
        exact = replace(networks, state=dyadic(networks.state))
        answers = logits(exact.predict, x)
        parts = {"all": answers} | {str(pixels): answers[:, :, gap == pixels] for pixels in GAPS}
        for pixels, part in parts.items():
            arm = {"padding": padding, "layers": depth, GAP: pixels}
            found = {
                ACCURACY: sample(accuracy(part), "mean"),
                DIFFERENCE: exactly(apart(part)),
            }
            measurements.add("top or bottom?", arm, found)
    return measurements


def seen(
    measurements: Measurements, quantity: str, padding: str, layers: int, gap: object = "all"
) -> Sample:
    return measurements.get(quantity, padding=padding, layers=layers, **{GAP: str(gap)})


def exceptions(measurements: Measurements) -> Sample:
    """How many depths and gaps break the rule that a pair differs within 2 (n - 1) pixels only."""
    broken = 0
    for row in measurements.rows:
        padding, depth, gap = (row.factors[name] for name in ("padding", "layers", GAP))
        if padding == "zeros" and gap != "all":
            differs = row.quantities[DIFFERENCE].center > 0
            broken += differs != (int(gap) <= 2 * (depth - 1))
    return exactly(broken)


BLIND = Control(
    "with circular padding both images of each pair get the same logits",
    lambda m: seen(m, DIFFERENCE, "circular", 2),
    equal(0),
)

CLAIMS = (
    Claim(
        id="C316",
        source="S3",
        sentence="Convolution and shared weights make a globally pooled CNN blind to position",
        of=lambda m: seen(m, ACCURACY, "zeros", 2),
        predicted=equal(50),
        expected=Outcome.REFUTED,
        controls=(BLIND,),
    ),
    Claim(
        id="C316r",
        source="S3",
        sentence="Zero padding betrays the position to it",
        of=lambda m: seen(m, ACCURACY, "zeros", 2),
        predicted=above(55),
        controls=(BLIND,),
    ),
    Claim(
        id="C316r2",
        source="S3",
        sentence="n layers of 3 x 3 see it within 2 (n - 1) pixels of the border, and not beyond",
        of=exceptions,
        predicted=equal(0),
    ),
    Claim(
        id="C316r3",
        source="S3",
        sentence="With circular padding a globally pooled CNN is blind to position",
        of=lambda m: seen(m, ACCURACY, "circular", 2),
        predicted=equal(50),
        controls=(
            Control(
                "the same training teaches a zero-padded one to tell",
                lambda m: seen(m, ACCURACY, "zeros", 2),
                above(55),
            ),
        ),
    ),
)


def draw(measurements: Measurements) -> "dict[str, Figure]":
    from convlab.figures import lines

    series = {}
    for padding, depth in reversed(ARMS):
        found = [seen(measurements, ACCURACY, padding, depth, gap) for gap in GAPS]
        low, high = zip(*(sample.interval for sample in found), strict=True)
        centers = [sample.center for sample in found]
        series[f"padding {padding}, layers {depth}"] = ([*GAPS], centers, low, high)
    figure = lines(
        series,
        title="Zero padding tells where a digit is, if it is near enough to the border",
        x="gap between the digit and the nearer border (pixels)",
        y=ACCURACY,
        levels={"guessing": 50},
    )
    figure.axes[0].set_xticks([*GAPS])
    return {"reach": figure}
