"""Does a CNN take images of any size?

More freely than a perceptron, which has a weight for each pixel and takes the size that it was
made for and no other. A convolution does, since its kernel is the same at every position, and so
does a network that ends with global pooling. A network that flattens its last maps has a weight
for each of their pixels: it is as bound as the perceptron, and shows that a CNN can refuse.
"""

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import nn

from convlab.figures import bars
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Region,
    above,
    at,
    equal,
    exactly,
    paired,
)
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.workbench import Workbench

from ._names import CONVOLUTION, Channels, KernelWidth, Side, Sides

POOLING, FLATTENING = "convolution, global pooling", "convolution, flattening"
PERCEPTRON = "perceptron"
ACCEPTED, REFUSED = "sizes accepted", "sizes refused"


class Config(BaseModel):
    """The networks, made for one size, and the sizes of the images that each is to take."""

    model_config = FROZEN

    side: Side = 12
    in_channels: Channels = Field(3, description="of the images")
    out_channels: Channels = Field(8, description="of the convolution")
    kernel: KernelWidth = 3
    sizes: Sides = Field((8, 12, 16, 24, 32, 48), description="sides of the images, in pixels")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    for arm, network in workbench.track("networks", networks(config).items()):
        accepted = [accepts(network, config.in_channels, side) for side in config.sizes]
        measurements.add(
            f"one network, images of {len(accepted)} sizes",
            {"arm": arm},
            {ACCEPTED: exactly(sum(accepted)), REFUSED: exactly(accepted.count(False))},
        )
    return measurements


def networks(config: Config) -> dict[str, nn.Module]:
    pixels = config.side**2
    shape = config.in_channels, config.out_channels, config.kernel
    conv = nn.Sequential(nn.Conv2d(*shape, padding=config.kernel // 2), nn.ReLU())
    of_means = nn.Linear(config.out_channels, 10)
    of_maps = nn.Linear(config.out_channels * pixels, 10)
    hidden = nn.Linear(config.in_channels * pixels, 64)
    return {
        CONVOLUTION: conv,
        POOLING: nn.Sequential(conv, nn.AdaptiveAvgPool2d(1), nn.Flatten(), of_means),
        FLATTENING: nn.Sequential(conv, nn.Flatten(), of_maps),
        PERCEPTRON: nn.Sequential(nn.Flatten(), hidden, nn.ReLU(), nn.Linear(64, 10)),
    }


def accepts(network: nn.Module, channels: int, side: int) -> bool:
    try:
        network(torch.zeros(1, channels, side, side))
    except RuntimeError:  # torch's word for shapes that do not fit
        return False
    return True


def all_but_one(config: Config) -> Region:
    """The number of sizes that are not the one which the networks were made for."""
    return equal(len(config.sizes) - config.sizes.count(config.side))


def at_least_one_more(config: Config) -> Region:
    """Of the sizes, if there is another than the one which the networks were made for."""
    return above(min(1, len(config.sizes) - config.sizes.count(config.side)))


CLAIMS = (
    Claim(
        id="C003",
        source="S0",
        sentence="A CNN that ends with global pooling is freer in the size of its images than a "
        "perceptron: it takes more sizes",
        of=paired(at(ACCEPTED, arm=POOLING), at(ACCEPTED, arm=PERCEPTRON)),
        predicted=at_least_one_more,
        identity=True,
        controls=(
            Control(
                sentence="the perceptron refuses all sizes but its own",
                of=at(REFUSED, arm=PERCEPTRON),
                predicted=all_but_one,
            ),
        ),
    ),
    Claim(
        id="C003r",
        source="S0",
        sentence="A convolution takes images of any size, "
        "and so does a CNN that ends with global pooling",
        of=at(REFUSED, arm=POOLING),
        predicted=equal(0),
        controls=(
            Control(
                sentence="a convolution alone refuses no size",
                of=at(REFUSED, arm=CONVOLUTION),
                predicted=equal(0),
            ),
            Control(
                sentence="a network that flattens refuses all sizes but its own",
                of=at(REFUSED, arm=FLATTENING),
                predicted=all_but_one,
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C003o1",
        source="ours",
        sentence="A CNN that flattens its maps is as bound to one size as a perceptron",
        of=paired(at(ACCEPTED, arm=FLATTENING), at(ACCEPTED, arm=PERCEPTRON)),
        predicted=equal(0),
        controls=(
            Control(
                sentence="the perceptron refuses all sizes but its own",
                of=at(REFUSED, arm=PERCEPTRON),
                predicted=all_but_one,
            ),
        ),
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "A convolution takes any size, and so does a CNN that ends with global pooling: all "
    "{pooling} that were tried. A CNN that flattens its maps takes the size that it was made for "
    "and no other, as a perceptron does: it refused {flattening} of them. What frees a CNN is the "
    "end of it as much as its kernels.",
    pooling=at(ACCEPTED, arm=POOLING),
    flattening=at(REFUSED, arm=FLATTENING),
)


def draw(record: Record) -> dict[str, Figure]:
    rows = record.measurements.rows
    accepted = {row.factors["arm"]: row.quantities[ACCEPTED].center for row in rows}
    tried = sum(each.center for each in rows[0].quantities.values())
    return {
        "sizes": bars(
            accepted,
            title=record.finding("C003"),
            x=f"sizes accepted, of {tried:.0f}, counted",
            log=False,
        )
    }
