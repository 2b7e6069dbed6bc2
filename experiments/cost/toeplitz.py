"""What makes a fully connected layer a convolution?

That its weights are few and shared, and nothing else. Its matrix has weights only under a kernel,
the same ones along every diagonal: it is a Toeplitz matrix, block by block. Such a matrix written
by hand should give a convolution's outputs to the last bit. Two layers are controls: one with one
weight changed shows that the comparisons can fail, and a dense one whose weights all differ from
0 shows a full matrix.
"""

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Tensor, nn

from convlab.cost import cost
from convlab.figures import images
from convlab.layers import LocallyConnected2d
from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Sample,
    above,
    at,
    equal,
    exactly,
    number,
    over,
)
from convlab.memory import require
from convlab.probes.exact import largest, same_size, whole, with_whole_weights
from convlab.probes.matrix import diagonal_difference, matrix
from convlab.settings import FROZEN
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._five_layers import band, builders
from ._layer_costs import quantities
from ._names import (
    CONVOLUTION,
    DENSE,
    EFFECTIVE,
    OUTPUTS,
    PARAMETERS,
    Channels,
    KernelWidth,
    Side,
    tabulate,
)

BY_HAND, CHANGED = "dense, band by hand", "local, one weight + 1"
NONZERO, DIAGONALS = "nonzero weights", "diagonal difference"
TABLES = {
    "beside the convolution, whole numbers": (OUTPUTS, NONZERO, DIAGONALS),
    "parameters, and multiply-adds per image": (PARAMETERS, EFFECTIVE),
}


class Config(BaseModel):
    """The convolution, and the size of its images."""

    model_config = FROZEN

    side: Side = 12
    in_channels: Channels = Field(3, description="of the images")
    out_channels: Channels = Field(8, description="of the layers")
    kernel: KernelWidth = 3


def measure(config: Config, workbench: Workbench) -> Measurements:
    entries = config.in_channels * config.out_channels * config.side**4
    require(8 * 10 * entries, f"ten dense matrices of {number(entries)} weights")
    conv = same_size(config.in_channels, config.out_channels, config.kernel)
    x = whole((2, config.in_channels, config.side, config.side), Stream.DATA)
    measurements, arms = Measurements(), {}
    with torch.no_grad():
        for arm, layer in workbench.track("layers", layers(conv, config.side).items()):
            weights = matrix(layer, tuple(x.shape[1:]))
            arms[arm] = differences(layer, weights, conv, x) | quantities(cost(layer, x))
            measurements.arrays[arm] = weights[: config.side**2, : config.side**2].numpy()
    tabulate(measurements, arms, TABLES)
    return measurements


def layers(conv: nn.Conv2d, side: int) -> dict[str, nn.Module]:
    """The convolution, and layers that are or are not the same function; all whole numbers."""
    dense = builders(side, conv.in_channels, conv.out_channels, conv.kernel_size[0])[DENSE]
    by_hand = dense().double()
    by_hand.load_state_dict({"1.weight": band(conv.weight, side)})
    changed = LocallyConnected2d.from_conv(conv, side)
    changed.weight[0, 0, 0, 0, -1, -1] += 1
    return {
        CONVOLUTION: conv,
        BY_HAND: by_hand,
        CHANGED: changed,
        DENSE: with_whole_weights(dense()),
    }


def differences(
    layer: nn.Module, weights: Tensor, conv: nn.Conv2d, x: Tensor
) -> dict[str, Sample]:
    """How far a layer, of this matrix (N, M), is from the convolution and from any other."""
    y = layer(x)
    along_diagonals = diagonal_difference(weights, tuple(y.shape[1:]), tuple(x.shape[1:]))
    return {
        OUTPUTS: largest(y - conv(x)),
        NONZERO: exactly(int(weights.count_nonzero())),
        DIAGONALS: largest(along_diagonals),
    }


CLAIMS = (
    Claim(
        id="C002",
        source="S0",
        sentence="Only the inputs under the kernel take part in an output of a convolution",
        of=over(at(NONZERO, arm=CONVOLUTION), at(EFFECTIVE, arm=CONVOLUTION)),
        predicted=equal(1),
        controls=(
            Control(
                sentence="all inputs take part in an output of a dense layer",
                of=over(at(NONZERO, arm=DENSE), at(PARAMETERS, arm=DENSE)),
                predicted=equal(1),
            ),
        ),
    ),
    Claim(
        id="C010",
        source="S0",
        sentence="The same weights stand at every position of a convolution, "
        "along the diagonals of its matrix",
        of=at(DIAGONALS, arm=CONVOLUTION),
        predicted=equal(0),
        controls=(
            Control(
                sentence="one changed weight makes a diagonal differ",
                of=at(DIAGONALS, arm=CHANGED),
                predicted=above(1),
            ),
        ),
    ),
    Claim(
        id="C012",
        source="S0",
        sentence="Sparse weights that all positions share are a convolution",
        of=at(OUTPUTS, arm=BY_HAND),
        predicted=equal(0),
        controls=(
            Control(
                sentence="one changed weight makes an output differ",
                of=at(OUTPUTS, arm=CHANGED),
                predicted=above(1),
            ),
        ),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    panels = {arm: measurements.arrays[arm] for arm in (DENSE, CONVOLUTION)}
    return {
        "matrices": images(
            panels,
            title="A convolution's matrix: few weights, the same along every diagonal",
            highest=9,
        )
    }
