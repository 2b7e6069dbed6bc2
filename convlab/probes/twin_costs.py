"""What the five layers of `twins` cost, counted on the meta device: nothing is allocated."""

from __future__ import annotations

from functools import partial

import torch
from torch import nn

from ..measure import Sample, exactly
from .cost import cost, multiply_adds_run
from .quantities import APART, costs
from .settings import CONVOLUTION, DENSE, LOCAL, MASKED, SHARED
from .twins import builders


def counted(
    side: int, in_channels: int, out_channels: int, kernel: int, images: int
) -> dict[str, dict[str, Sample]]:
    """The `costs` of each layer and a ReLU, by layer, as within a network.

    And the multiply-adds that torch counts for the layer, less those of the formula: N outputs of
    so many terms each.
    """
    outputs, formula = out_channels * side**2, terms(side, in_channels, kernel)
    spent = {}
    with torch.device("meta"):
        x = torch.empty(images, in_channels, side, side, requires_grad=True)
        for name, build in builders(side, in_channels, out_channels, kernel).items():
            layer = build()
            apart = multiply_adds_run(partial(layer, x)) / images - outputs * formula[name]
            both = cost(nn.Sequential(layer, nn.ReLU()), x)
            spent[name] = costs(both) | {APART: exactly(apart)}
    return spent


def terms(side: int, in_channels: int, kernel: int) -> dict[str, int]:
    """The products of which an output is the sum, by layer and formula: M inputs, or K of them.

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
