"""What the layers make of whole numbers, and how many of them each output depends on."""

from __future__ import annotations

from torch import Generator, nn

from convlab.measure import Sample, exactly
from convlab.probes.exact import largest, whole, with_whole_weights
from convlab.probes.matrix import matrix

from ._five_layers import builders, copies
from ._names import DENSE, INPUTS, OTHER, OUTPUTS, POSITIONS


def layer_outputs(
    conv: nn.Conv2d, side: int, weights: Generator, data: Generator
) -> dict[str, dict[str, Sample]]:
    """By layer, of the convolution in five layers and of a dense one with other weights.

    What an output depends on is its row of the layer's matrix.
    """
    shape = conv.in_channels, side, side
    x = whole((2, *shape), data)
    other = builders(side, conv.in_channels, conv.out_channels, conv.kernel_size[0])[DENSE]()
    layers = copies(conv, side) | {OTHER: with_whole_weights(other, weights)}
    found = {}
    for arm, layer in layers.items():
        rows = matrix(layer, shape)
        found[arm] = {
            OUTPUTS: largest(layer(x) - conv(x)),
            INPUTS: exactly(int(rows.count_nonzero(dim=1).max())),
            POSITIONS: exactly(len(rows) // conv.out_channels),
        }
    return found
