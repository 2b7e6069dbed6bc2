"""One linear map written as five layers, which differ in what they store and what they multiply.

                     every weight its own    one kernel for all positions
    all pixels       dense                   shared dense
    pixels nearby    local                   convolution

and the masked dense layer, which stores and multiplies all but lets a mask delete what is far.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from math import prod

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, pad

from convlab.cost import cost
from convlab.cost.network import multiply_adds_run
from convlab.layers import LocallyConnected2d
from convlab.measure import Sample, exactly
from convlab.memory import require
from convlab.probes.matrix import AT_ONCE, matrix

from ._names import APART, CONVOLUTION, DENSE, LOCAL, MASKED, SHARED, costs


class MaskedLinear(nn.Linear):
    """A fully connected layer without bias of which a mask (N, M) keeps a part: y = (W ∘ mask) x.

    All weights are stored, and all products are made, also those with zero.
    """

    mask: Tensor

    def __init__(self, mask: Tensor) -> None:
        outputs, inputs = mask.shape
        super().__init__(inputs, outputs, bias=False, device=mask.device, dtype=mask.dtype)
        self.register_buffer("mask", mask)

    def forward(self, x: Tensor) -> Tensor:
        return linear(x, self.weight * self.mask)


def builders(
    side: int, in_channels: int, out_channels: int, kernel: int
) -> dict[str, Callable[[], nn.Module]]:
    """How to make each layer, from (N, in_channels, side, side) to (N, out_channels, side, side).

    None has a bias; the kernel is square and odd, and zeros around the image keep its size. The
    shared dense layer is a convolution whose kernel, of (2 side - 1)² taps, reaches every pixel
    from every position.
    """
    inputs, outputs = (in_channels, side, side), (out_channels, side, side)
    m, n = prod(inputs), prod(outputs)

    def square(taps: int) -> nn.Conv2d:
        return nn.Conv2d(in_channels, out_channels, taps, padding=taps // 2, bias=False)

    def local() -> LocallyConnected2d:
        return LocallyConnected2d.from_conv(square(kernel), side)

    def masked() -> nn.Module:
        near = local()
        nn.init.ones_(near.weight)
        return _flat(MaskedLinear(matrix(near, inputs)), outputs)

    return {
        DENSE: lambda: _flat(nn.Linear(m, n, bias=False), outputs),
        MASKED: masked,
        SHARED: lambda: square(2 * side - 1),
        LOCAL: local,
        CONVOLUTION: lambda: square(kernel),
    }


def copies(conv: nn.Conv2d, side: int) -> dict[str, nn.Module]:
    """The map of `conv`, of the kind that `builders` makes, in all five layers.

    Its kernel goes to every position of the local layer, whose matrix goes to the dense ones.
    Beyond its mask the masked layer keeps the weights that it was born with. Raises
    NotEnoughMemory where they and their matrices, of `matrix`, would not fit.
    """
    taps, _ = conv.kernel_size
    inputs, outputs = (channels * side**2 for channels in (conv.in_channels, conv.out_channels))
    needed = 10 * inputs * outputs + AT_ONCE * inputs * (2 * side - 1) ** 2  # and its windows
    require(
        needed * conv.weight.element_size(), f"ten dense matrices of {inputs * outputs:,} weights"
    )
    made = builders(side, conv.in_channels, conv.out_channels, taps)
    layers = {name: build().to(conv.weight) for name, build in made.items()}
    local = LocallyConnected2d.from_conv(conv, side)
    weights = matrix(local, (conv.in_channels, side, side))
    layers[DENSE].load_state_dict({"1.weight": weights})
    own = layers[MASKED].state_dict()
    near = torch.where(own["1.mask"] == 1, weights, own["1.weight"])
    layers[MASKED].load_state_dict(own | {"1.weight": near})
    margin = side - 1 - taps // 2
    layers[SHARED].load_state_dict({"weight": pad(conv.weight, (margin,) * 4)})
    return layers | {LOCAL: local, CONVOLUTION: conv}


def band(kernel: Tensor, side: int) -> Tensor:
    """The matrix (N, M), written by hand, of which every row is the kernel at its position.

    The kernel (O, C, k, k) is that of a convolution of stride 1 whose output has its size.
    """
    outputs, inputs, *taps = kernel.shape
    weights = kernel.new_zeros(outputs, side, side, inputs, side, side)
    for row, column, a, b in product(range(side), range(side), *map(range, taps)):
        y, x = row + a - taps[0] // 2, column + b - taps[1] // 2
        if 0 <= y < side and 0 <= x < side:
            weights[:, row, column, :, y, x] = kernel[:, :, a, b]
    return weights.reshape(outputs * side**2, inputs * side**2)


def _flat(layer: nn.Module, outputs: tuple[int, ...]) -> nn.Sequential:
    """The layer (N, M) -> (N, *) as one on images."""
    return nn.Sequential(nn.Flatten(), layer, nn.Unflatten(1, outputs))


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
