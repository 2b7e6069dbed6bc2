"""Does a CNN take images of any size?

A convolution does, since its kernel is the same at every position, and so does a network that
ends with global pooling. One that flattens its last images has a weight for each of their pixels,
and takes no other size: it is the control that a network can refuse.
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

from ._names import CONVOLUTION, Channels, Side, Sides, Taps

POOLED, FLAT = "convolution, global pooling", "convolution, flattened"
ACCEPTED, REFUSED = "accepted", "sizes refused"


class Config(BaseModel):
    """The networks, made for one size, and the sizes that they are given."""

    model_config = FROZEN

    side: Side = 12
    in_channels: Channels = Field(3, description="of the images")
    out_channels: Channels = Field(8, description="of the convolution")
    kernel: Taps = 3
    sizes: Sides = Field((8, 12, 16, 24, 32, 48), description="sides given to one network, pixels")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    for name, network in workbench.track("networks", networks(config).items()):
        refused = [not accepts(network, config.in_channels, side) for side in config.sizes]
        measurements.add(
            f"one network, images of {len(config.sizes)} sizes",
            {"network": name},
            {ACCEPTED: exactly(len(refused) - sum(refused)), REFUSED: exactly(sum(refused))},
        )
    return measurements


def networks(config: Config) -> dict[str, nn.Module]:
    shape = config.in_channels, config.out_channels, config.kernel
    conv = nn.Sequential(nn.Conv2d(*shape, padding=config.kernel // 2), nn.ReLU())
    pooled = nn.Linear(config.out_channels, 10)
    flat = nn.Linear(prod((config.out_channels, config.side, config.side)), 10)
    return {
        CONVOLUTION: conv,
        POOLED: nn.Sequential(conv, nn.AdaptiveAvgPool2d(1), nn.Flatten(), pooled),
        FLAT: nn.Sequential(conv, nn.Flatten(), flat),
    }


def accepts(network: nn.Module, channels: int, side: int) -> bool:
    try:
        network(torch.zeros(1, channels, side, side))
    except RuntimeError:  # torch's word for shapes that do not fit
        return False
    return True


CLAIMS = (
    Claim(
        "C003",
        "S0",
        "A CNN takes images of any size",
        at(REFUSED, network=FLAT),
        equal(0),
        expected=Outcome.REFUTED,
    ),
    Claim(
        "C003r",
        "S0",
        "Convolutions take any size, and so does a CNN that ends with global pooling",
        at(REFUSED, network=POOLED),
        equal(0),
        controls=(
            Control("convolutions do", at(REFUSED, network=CONVOLUTION), equal(0)),
            Control("one that flattens refuses some", at(REFUSED, network=FLAT), above(1)),
        ),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    accepted = {row.factors["network"]: row.quantities[ACCEPTED] for row in measurements.rows}
    return {
        "sizes": bars(
            {name: sizes.center for name, sizes in accepted.items()},
            title="A network that flattens takes one size only",
            x="sizes accepted",
            log=False,
        )
    }
