"""One linear function written as five layers, which differ in what they store and multiply.

                     every weight its own    one kernel for all positions
    all pixels       dense                   shared dense
    pixels nearby    local                   convolution

and the masked dense layer: it stores and multiplies all, and its mask deletes what is far.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import prod

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, pad

from convlab.layers import LocallyConnected2d
from convlab.measure import number
from convlab.memory import require
from convlab.probes.matrix import AT_ONCE, matrix

from ._names import CONVOLUTION, DENSE, LOCAL, MASKED, SHARED


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
        return _on_images(MaskedLinear(matrix(near, inputs)), outputs)

    return {
        DENSE: lambda: _on_images(nn.Linear(m, n, bias=False), outputs),
        MASKED: masked,
        SHARED: lambda: square(2 * side - 1),
        LOCAL: local,
        CONVOLUTION: lambda: square(kernel),
    }


def copies(conv: nn.Conv2d, side: int) -> dict[str, nn.Module]:
    """The linear function of `conv`, of the kind that `builders` makes, in all five layers.

    Its kernel goes to every position of the local layer, whose matrix goes to the dense ones.
    Beyond its mask the masked layer keeps its first, random weights. Raises NotEnoughMemory
    where the layers and their matrices, of `matrix`, would not fit.
    """
    _require_room(conv, side)
    made = builders(side, conv.in_channels, conv.out_channels, conv.kernel_size[0])
    layers = {name: build().to(conv.weight) for name, build in made.items()}
    local = LocallyConnected2d.from_conv(conv, side)
    weights = matrix(local, (conv.in_channels, side, side))
    layers[DENSE].load_state_dict({"1.weight": weights})
    own = layers[MASKED].state_dict()
    near = torch.where(own["1.mask"] == 1, weights, own["1.weight"])
    layers[MASKED].load_state_dict(own | {"1.weight": near})
    margin = side - 1 - conv.kernel_size[0] // 2
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


def _require_room(conv: nn.Conv2d, side: int) -> None:
    inputs, outputs = (channels * side**2 for channels in (conv.in_channels, conv.out_channels))
    windows = AT_ONCE * inputs * (2 * side - 1) ** 2  # that `matrix` copies of the shared dense
    needed = (10 * inputs * outputs + windows) * conv.weight.element_size()
    require(needed, f"ten dense matrices of {number(inputs * outputs)} weights")


def _on_images(layer: nn.Module, outputs: tuple[int, ...]) -> nn.Sequential:
    """The layer on vectors, (B, M) to (B, N), as one on images: (B, C, H, W) to (B, *outputs)."""
    return nn.Sequential(nn.Flatten(), layer, nn.Unflatten(1, outputs))
