"""What makes a fully connected layer a convolution?

That its weights are few and shared, and nothing else. Its matrix has weights only under a kernel,
the same ones along every diagonal: it is a Toeplitz matrix, block by block. Such a matrix written
by hand should give a convolution's outputs to the last bit. A layer with
one weight changed is the control that the comparisons can fail, and a dense layer whose weights
all differ from 0 is the one for a full matrix.
"""

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Tensor, nn

from convlab.cost import cost
from convlab.figures import images
from convlab.layers import LocallyConnected2d
from convlab.measure import Claim, Control, Measurements, Sample, above, at, equal, exactly, over
from convlab.memory import require
from convlab.probes.exact import filled, largest, same_size, whole
from convlab.probes.matrix import diagonal_difference, matrix
from convlab.settings import FROZEN
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._names import (
    CONVOLUTION,
    DENSE,
    EFFECTIVE,
    PARAMETERS,
    Channels,
    Side,
    Taps,
    costs,
    tabulate,
)
from ._twins import band, builders

BY_HAND, CHANGED = "dense, band by hand", "local, one weight + 1"
OUTPUTS, NONZERO, UNTIED = "outputs differ by", "nonzero weights", "diagonals differ by"
TABLES = {
    "beside the convolution, whole numbers": (OUTPUTS, NONZERO, UNTIED),
    "parameters, and multiply-adds per image": (PARAMETERS, EFFECTIVE),
}


class Config(BaseModel):
    """The convolution, and the size of its images."""

    model_config = FROZEN

    side: Side = 12
    in_channels: Channels = Field(3, description="of the images")
    out_channels: Channels = Field(8, description="of the layers")
    kernel: Taps = 3


def measure(config: Config, workbench: Workbench) -> Measurements:
    entries = config.in_channels * config.out_channels * config.side**4
    require(8 * 10 * entries, f"ten dense matrices of {entries:,} weights")
    conv = same_size(config.in_channels, config.out_channels, config.kernel)
    x = whole((2, config.in_channels, config.side, config.side), Stream.DATA)
    measurements, rows = Measurements(), {}
    with torch.no_grad():
        for name, layer in workbench.track("layers", layers(conv, config.side).items()):
            weights = matrix(layer, tuple(x.shape[1:]))
            rows[name] = compared(layer, weights, conv, x) | costs(cost(layer, x))
            measurements.arrays[name] = weights[: config.side**2, : config.side**2].numpy()
    tabulate(measurements, "layer", rows, TABLES)
    return measurements


def layers(conv: nn.Conv2d, side: int) -> dict[str, nn.Module]:
    """The convolution, and what is or is not the same map, all of whole numbers."""
    dense = builders(side, conv.in_channels, conv.out_channels, conv.kernel_size[0])[DENSE]
    by_hand = dense().double()
    by_hand.load_state_dict({"1.weight": band(conv.weight, side)})
    changed = LocallyConnected2d.from_conv(conv, side)
    changed.weight[0, 0, 0, 0, -1, -1] += 1
    return {CONVOLUTION: conv, BY_HAND: by_hand, CHANGED: changed, DENSE: filled(dense())}


def compared(layer: nn.Module, weights: Tensor, conv: nn.Conv2d, x: Tensor) -> dict[str, Sample]:
    """A layer, and the weights of its matrix, beside the convolution."""
    y = layer(x)
    untied = diagonal_difference(weights, tuple(y.shape[1:]), tuple(x.shape[1:]))
    return {
        OUTPUTS: largest(y - conv(x)),
        NONZERO: exactly(int(weights.count_nonzero())),
        UNTIED: largest(untied),
    }


CLAIMS = (
    Claim(
        "C002",
        "S0",
        "Only the inputs under the kernel take part in an output of a convolution",
        over(at(NONZERO, layer=CONVOLUTION), at(EFFECTIVE, layer=CONVOLUTION)),
        equal(1),
        controls=(
            Control(
                "in a dense layer all take part",
                over(at(NONZERO, layer=DENSE), at(PARAMETERS, layer=DENSE)),
                equal(1),
            ),
        ),
    ),
    Claim(
        "C010",
        "S0",
        "The same weights stand at every position, along the diagonals of the matrix",
        at(UNTIED, layer=CONVOLUTION),
        equal(0),
        controls=(Control("a changed weight is noticed", at(UNTIED, layer=CHANGED), above(1)),),
    ),
    Claim(
        "C012",
        "S0",
        "Sparse weights that all positions share are a convolution",
        at(OUTPUTS, layer=BY_HAND),
        equal(0),
        controls=(Control("a changed weight is noticed", at(OUTPUTS, layer=CHANGED), above(1)),),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    panels = {name: measurements.arrays[name] for name in (DENSE, CONVOLUTION)}
    return {
        "matrices": images(
            panels,
            title="A convolution's matrix: few weights, the same along every diagonal",
            highest=9,
        )
    }
