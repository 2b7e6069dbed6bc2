"""How often, and with what weight, a convolution reads each pixel under a padding."""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import conv2d

from ._visit_quantities import CORNER, EDGE, INTERIOR, MODES, PADDINGS


def contributions(kernel: Tensor, padding: int, side: int) -> Tensor:
    """The sum over outputs of |d output / d pixel|, (side, side), of a kernel (k, k).

    Of a kernel of ones it is the number of outputs that read the pixel.
    """
    pixels = torch.zeros(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    conv2d(pixels, kernel.abs()[None, None], padding=padding).sum().backward()
    assert pixels.grad is not None
    return pixels.grad[0, 0]


def paths(layers: int, padding: int, side: int) -> Tensor:
    """In how many ways each pixel reaches an output of so many layers of 3 x 3 kernels of ones."""
    ones = torch.ones(1, 1, 3, 3, dtype=torch.float64)
    pixels = torch.zeros(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    out: Tensor = pixels
    for _ in range(layers):
        out = conv2d(out, ones, padding=padding)
    out.sum().backward()
    assert pixels.grad is not None
    return pixels.grad[0, 0]


def places(map_: Tensor) -> dict[str, float]:
    """What stands in the corner, in the middle of an edge and in the middle."""
    middle = map_.shape[0] // 2, map_.shape[1] // 2
    found = {CORNER: map_[0, 0], EDGE: map_[0, middle[1]], INTERIOR: map_[middle]}
    return {place: float(value) for place, value in found.items()}


def signed_kernels(count: int, generator: Generator) -> Tensor:
    """Whole numbers from 1 to 9, of either sign (count, 3, 3)."""
    sizes = torch.randint(1, 10, (count, 3, 3), generator=generator)
    signs = 2 * torch.randint(0, 2, sizes.shape, generator=generator) - 1
    return (sizes * signs).double()


def shares(kernels: Tensor, side: int) -> dict[str, dict[str, tuple[Tensor, Tensor]]]:
    """By padding and place: the contributions (N,) over those without padding, and the interior's.

    Each is a ratio for every kernel.
    """
    maps = {
        name: torch.stack([contributions(kernel, padding, side) for kernel in kernels])
        for name, padding in PADDINGS.items()
    }
    middle, found = side // 2, dict[str, dict[str, tuple[Tensor, Tensor]]]()
    spots = {CORNER: (0, 0), EDGE: (0, middle), INTERIOR: (middle, middle)}
    without = next(iter(PADDINGS))
    for name, each in maps.items():
        interior = each[:, middle, middle]
        found[name] = {
            place: (
                each[:, row, column] / maps[without][:, row, column],
                each[:, row, column] / interior,
            )
            for place, (row, column) in spots.items()
        }
    return found


def means(side: int) -> dict[str, dict[str, float]]:
    """By what is padded with and place, what a mean of 3 x 3 pixels makes of an image of ones."""
    found = dict[str, dict[str, float]]()
    for mode in MODES:
        layer = nn.Conv2d(1, 1, 3, padding=1, padding_mode=mode, bias=False).double()
        nn.init.ones_(layer.weight)
        with torch.no_grad():
            sums = layer(torch.ones(1, 1, side, side, dtype=torch.float64))
        found[mode] = places(sums[0, 0] / 9)
    return found
