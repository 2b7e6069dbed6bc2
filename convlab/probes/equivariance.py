"""What a network makes of a shifted image: the shifted output, the same output, or another one.

A shift (rows down, columns right) is circular: what leaves at a border enters opposite it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import torch
from torch import Tensor

Shift = tuple[int, int]
Network = Callable[[Tensor], Tensor]  # a module, or any function of a batch


def equivariance(network: Network, x: Tensor, shifts: Sequence[Shift]) -> Tensor:
    """The relative error of f(T x) = T f(x) for every shift T: (S,), 0 where it holds.

        error(s) = min_t ‖f(T_s x) - T_t f(x)‖ / ‖f(x)‖

    x is (N, C, H, W) and f(x) (N, O, P, Q). The output moves by t = s · P / H rows, and likewise
    columns. Where that is no whole number there is no right shift: both neighbours are tried, and
    the smaller error counts. Raises ValueError where P and Q do not divide H and W.

        >>> images = torch.randn(1, 1, 8, 8)
        >>> equivariance(torch.nn.MaxPool2d(2), images, [(0, 0), (0, 2)])
        tensor([0., 0.])
    """
    with torch.no_grad():
        y = network(x)
        strides = _total_strides(x, y)
        errors = [
            _distance(network(_shifted(x, shift)), y, _nearest(shift, strides)) for shift in shifts
        ]
    relative: Tensor = torch.stack(errors) / y.norm()
    return relative


def border_width(network: Network, x: Tensor, shift: Shift) -> int:
    """How many outputs deep the border is in which f(T x) differs from T f(x); 0 if nowhere.

    Both have a border: f(T x) at the ends of the image, T f(x) where the shift has moved them.
    The depth is counted from the nearest of these, along the axes that are shifted. Raises
    ValueError where the shift is no whole number of outputs.

        >>> images = torch.randn(1, 1, 8, 8)
        >>> border_width(torch.nn.Conv2d(1, 1, kernel_size=5, padding=2), images, (0, 4))
        2
    """
    with torch.no_grad():
        y = network(x)
        moved, *others = _nearest(shift, _total_strides(x, y))
        if others:
            raise ValueError(f"a shift by {shift} pixels moves {tuple(y.shape)} outputs by a part")
        differs = (network(_shifted(x, shift)) != _shifted(y, moved)).flatten(0, 1).any(dim=0)
    depth = torch.full(differs.shape, max(differs.shape))
    for axis, by in enumerate(moved):
        if by:
            along = _depths(differs.shape[axis], by)
            depth = depth.minimum(along.unsqueeze(1 - axis))
    return int(depth[differs].max()) if differs.any() else 0


def invariance(network: Network, x: Tensor, shifts: Sequence[Shift]) -> Tensor:
    """The relative error of f(T x) = f(x) for every shift T: (S,), ‖f(T x) - f(x)‖ / ‖f(x)‖."""
    with torch.no_grad():
        y = network(x)
        errors = torch.stack([(network(_shifted(x, shift)) - y).norm() for shift in shifts])
    relative: Tensor = errors / y.norm()
    return relative


def agreement(network: Network, x: Tensor, shifts: Sequence[Shift]) -> Tensor:
    """The share of images that keep their class, the greatest of f(x) (N, K), by shift: (S,).

    A network that always answers the same agrees with itself too: show its accuracy beside this.
    """
    with torch.no_grad():
        classes = network(x).argmax(dim=1)
        kept = [network(_shifted(x, shift)).argmax(dim=1) == classes for shift in shifts]
        return torch.stack(kept).double().mean(dim=1)


def exact(state: Mapping[str, Tensor], bits: int = 8) -> dict[str, Tensor]:
    """The weights of a network in float64, rounded to multiples of 2^-bits.

    With pixels that are multiples of a power of two as well, and few layers, no product or sum is
    rounded: outputs that should be equal are equal to the last bit, in whatever order they are
    summed.

        >>> exact({"bias": torch.tensor([0.3, 0.5])}, bits=2)
        {'bias': tensor([0.2500, 0.5000], dtype=torch.float64)}
    """
    scale = 2.0**bits
    return {name: (scale * each.cpu().double()).round() / scale for name, each in state.items()}


def _shifted(x: Tensor, shift: Shift) -> Tensor:
    return x.roll(shift, dims=(-2, -1))


def _total_strides(x: Tensor, y: Tensor) -> Shift:
    """The pixels of the input per output, along rows and columns."""
    height, width, rows, columns = *x.shape[-2:], *y.shape[-2:]
    if y.ndim != x.ndim or height % rows or width % columns:
        raise ValueError(
            f"outputs {tuple(y.shape)} of images {tuple(x.shape)} have no whole number of pixels "
            "each: pad so that every layer keeps or divides the sides"
        )
    return height // rows, width // columns


def _distance(moved: Tensor, y: Tensor, shifts: Sequence[Shift]) -> Tensor:
    """The least distance of `moved` from y under any of these shifts."""
    return torch.stack([(moved - _shifted(y, shift)).norm() for shift in shifts]).min()


def _nearest(shift: Shift, strides: Shift) -> list[Shift]:
    """The shift in outputs, if it is whole; else its neighbours on each broken axis."""
    axes = [
        sorted({pixels // stride, -(-pixels // stride)})
        for pixels, stride in zip(shift, strides, strict=True)
    ]
    return [(rows, columns) for rows, columns in product(*axes)]


def _depths(length: int, shift: int) -> Tensor:
    """How deep each of `length` outputs lies, from 1, seen from the ends before and after."""
    index = torch.arange(length)
    moved = (index - shift) % length
    each = torch.stack((index, length - 1 - index, moved, length - 1 - moved))
    return each.amin(dim=0) + 1
