"""What the layers cost, as quantities of a table."""

from __future__ import annotations

from functools import partial

import torch
from torch import nn

from convlab.cost import Cost, cost
from convlab.cost.network import multiply_adds_run
from convlab.measure import Sample, exactly

from ._five_layers import builders
from ._names import (
    APART,
    BACKWARD,
    CONVOLUTION,
    DENSE,
    EFFECTIVE,
    LOCAL,
    MASKED,
    MULTIPLY_ADDS,
    PARAMETERS,
    SHARED,
    WEIGHTS,
)


def quantities(total: Cost) -> dict[str, Sample]:
    return {
        PARAMETERS: exactly(total.parameters),
        MULTIPLY_ADDS: exactly(total.multiply_adds),
        EFFECTIVE: exactly(total.effective_multiply_adds),
        WEIGHTS: exactly(total.weight_bytes),
        BACKWARD: exactly(total.saved_bytes or 0),
    }


def layer_costs(
    side: int, in_channels: int, out_channels: int, kernel: int, images: int
) -> dict[str, dict[str, Sample]]:
    """The quantities of each layer and a ReLU after it, by layer, as within a network.

    And the multiply-adds that torch counts for the layer, less those of the formula: N outputs of
    so many terms each.
    """
    outputs, formula = out_channels * side**2, terms(side, in_channels, kernel)
    by_layer = {}
    with torch.device("meta"):
        x = torch.empty(images, in_channels, side, side, requires_grad=True)
        for name, build in builders(side, in_channels, out_channels, kernel).items():
            layer = build()
            apart = multiply_adds_run(partial(layer, x)) / images - outputs * formula[name]
            both = cost(nn.Sequential(layer, nn.ReLU()), x)
            by_layer[name] = quantities(both) | {APART: exactly(apart)}
    return by_layer


def terms(side: int, in_channels: int, kernel: int) -> dict[str, int]:
    """The number of products whose sum is one output, by layer: M inputs, or K of them.

    The shared dense layer multiplies its whole kernel, also where it hangs over the image.
    """
    m, k = in_channels * side**2, in_channels * kernel**2
    return {
        DENSE: m,
        MASKED: m,
        SHARED: in_channels * (2 * side - 1) ** 2,
        LOCAL: k,
        CONVOLUTION: k,
    }
