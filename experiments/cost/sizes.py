"""Does a CNN take images of any size?

A convolution does, since its kernel is the same at every position, and so does a network that
ends with global pooling. A network that flattens its last maps has a weight for each of their
pixels, and takes no other size: it is the control, which shows that a network can refuse.
"""

from math import prod

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import nn

from convlab.figures import bars
from convlab.measure import Claim, Control, Measurements, Outcome, above, at, equal, exactly
from convlab.settings import FROZEN
from convlab.workbench import Workbench

from ._names import CONVOLUTION, Channels, KernelWidth, Side, Sides

POOLING, FLATTENING = "convolution, global pooling", "convolution, flattening"
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
    shape = config.in_channels, config.out_channels, config.kernel
    conv = nn.Sequential(nn.Conv2d(*shape, padding=config.kernel // 2), nn.ReLU())
    of_means = nn.Linear(config.out_channels, 10)
    of_pixels = nn.Linear(prod((config.out_channels, config.side, config.side)), 10)
    return {
        CONVOLUTION: conv,
        POOLING: nn.Sequential(conv, nn.AdaptiveAvgPool2d(1), nn.Flatten(), of_means),
        FLATTENING: nn.Sequential(conv, nn.Flatten(), of_pixels),
    }


def accepts(network: nn.Module, channels: int, side: int) -> bool:
    try:
        network(torch.zeros(1, channels, side, side))
    except RuntimeError:  # torch's word for shapes that do not fit
        return False
    return True


CLAIMS = (
    Claim(
        id="C003",
        source="S0",
        sentence="A CNN takes images of any size",
        of=at(REFUSED, arm=FLATTENING),
        predicted=equal(0),
        expected=Outcome.REFUTED,
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
                sentence="a network that flattens refuses some sizes",
                of=at(REFUSED, arm=FLATTENING),
                predicted=above(1),
            ),
        ),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    accepted = {row.factors["arm"]: row.quantities[ACCEPTED] for row in measurements.rows}
    return {
        "sizes": bars(
            {arm: sizes.center for arm, sizes in accepted.items()},
            title="A network that flattens takes one size only",
            x="sizes accepted",
            log=False,
        )
    }
