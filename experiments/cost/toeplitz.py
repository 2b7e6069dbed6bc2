"""What makes a fully connected layer a convolution?

That its weights are few and shared, and nothing else. Its matrix has weights only under a kernel,
the same ones along every diagonal: it is a Toeplitz matrix, block by block. Such a matrix written
by hand should give a convolution's outputs to the last bit. Three layers are controls: one with
one weight changed, and one with as many weights at other inputs, show that the comparisons can
fail; a dense one whose weights all differ from 0 shows a full matrix.

The predictions are identities, for all settings.
"""

from functools import partial

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Generator, Tensor, nn

from convlab.cost import cost
from convlab.figures import images
from convlab.layers import LocallyConnected2d
from convlab.measure import (
    Answer,
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
from convlab.record import Record
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
ELSEWHERE = "dense, band at other inputs"
NONZERO, MISPLACED = "nonzero weights", "places unlike the band's"
DIAGONALS = "diagonal difference"
TABLES = {
    "beside the convolution, whole numbers": (OUTPUTS, NONZERO, MISPLACED, DIAGONALS),
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
    require(8 * 12 * entries, f"twelve dense matrices of {number(entries)} weights")
    weights = workbench.generator(Stream.WEIGHTS)
    conv = same_size(config.in_channels, config.out_channels, config.kernel, weights)
    shape = config.in_channels, config.side, config.side
    x = whole((2, *shape), workbench.generator(Stream.DATA))
    near = band(torch.ones_like(conv.weight), config.side) != 0
    measurements, arms = Measurements(), {}
    with torch.no_grad():
        for arm, layer in workbench.track("layers", layers(conv, config.side, weights).items()):
            rows = matrix(layer, shape)
            arms[arm] = differences(layer, rows, conv, x) | quantities(cost(layer, x))
            arms[arm][MISPLACED] = exactly(int((near ^ (rows != 0)).sum()))
            measurements.arrays[arm] = rows[: config.side**2, : config.side**2].numpy()
    tabulate(measurements, arms, TABLES)
    return measurements


def layers(conv: nn.Conv2d, side: int, generator: Generator) -> dict[str, nn.Module]:
    """The convolution, and layers that are or are not the same function; all whole numbers."""
    rows = band(conv.weight, side)
    shuffled = torch.randperm(rows.shape[1], generator=generator)
    dense = builders(side, conv.in_channels, conv.out_channels, conv.kernel_size[0])[DENSE]
    by_hand, elsewhere = dense().double(), dense().double()
    by_hand.load_state_dict({"1.weight": rows})
    elsewhere.load_state_dict({"1.weight": rows[:, shuffled]})
    changed = LocallyConnected2d.from_conv(conv, side)
    changed.weight[0, 0, 0, 0, -1, -1] += 1
    return {
        CONVOLUTION: conv,
        BY_HAND: by_hand,
        CHANGED: changed,
        ELSEWHERE: elsewhere,
        DENSE: with_whole_weights(dense(), generator),
    }


def differences(layer: nn.Module, rows: Tensor, conv: nn.Conv2d, x: Tensor) -> dict[str, Sample]:
    """How far a layer, of this matrix (N, M), is from the convolution and from any other."""
    y = layer(x)
    along_diagonals = diagonal_difference(rows, tuple(y.shape[1:]), tuple(x.shape[1:]))
    return {
        OUTPUTS: largest(y - conv(x)),
        NONZERO: exactly(int(rows.count_nonzero())),
        DIAGONALS: largest(along_diagonals),
    }


identity = partial(Claim, general=True, identity=True)

CLAIMS = (
    identity(
        id="C002",
        source="S0",
        sentence="Only the inputs under the kernel take part in an output of a convolution, "
        "and all inputs in one of a dense layer",
        of=at(MISPLACED, arm=CONVOLUTION),
        predicted=equal(0),
        controls=(
            Control(
                sentence="all inputs take part in an output of a dense layer",
                of=over(at(NONZERO, arm=DENSE), at(PARAMETERS, arm=DENSE)),
                predicted=equal(1),
            ),
            Control(
                sentence="of a layer with as many weights, at other inputs, some are misplaced",
                of=at(MISPLACED, arm=ELSEWHERE),
                predicted=above(1),
            ),
        ),
    ),
    identity(
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
    identity(
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
            Control(
                sentence="the same weights at other inputs make an output differ",
                of=at(OUTPUTS, arm=ELSEWHERE),
                predicted=above(1),
            ),
        ),
    ),
)

ANSWER = Answer(
    "Few weights, in the right places, and the same in all of them. A fully connected layer with "
    "only {nonzero} of its {all} weights unlike 0, each kernel's along a diagonal of its matrix, "
    "gives the outputs of a convolution of {kernel} weights to the last bit. As many weights in "
    "other places do not, nor do these with one of them changed.",
    nonzero=at(NONZERO, arm=BY_HAND),
    all=at(PARAMETERS, arm=BY_HAND),
    kernel=at(PARAMETERS, arm=CONVOLUTION),
)


def draw(record: Record) -> dict[str, Figure]:
    titles = {DENSE: DENSE, ELSEWHERE: "as many weights elsewhere", CONVOLUTION: CONVOLUTION}
    panels = {title: record.measurements.arrays[arm] for arm, title in titles.items()}
    return {"matrices": images(panels, title=record.finding("C010"), highest=9)}
