"""What the windows of a layer see, in one order or another, and the way back to the pixels."""

from __future__ import annotations

from itertools import product

from torch import Tensor

from ..windows import Windows
from .blocks import Tile, seen_pixels


def side_by_side(x: Tensor, dims: int) -> Tensor:
    """The same x (*size of so many axes, ..., N), in that order in memory: examples come last."""
    return examples_last(x, dims).contiguous()


def examples_last(x: Tensor, dims: int) -> Tensor:
    """The same x (*size of so many axes, ..., N), with examples last in memory where pixels were.

    Two turns, of examples and then of channels, are faster than one of both: in each, the numbers
    that are neighbours afterwards or before share cache lines.
    """
    if x.stride(dims - 1) != 1 or x.stride(-1) == 1:
        return x
    size, channels = range(dims), range(-dims - 1, -1)
    return x.movedim((*size,), (*channels,)).contiguous().movedim((*channels,), (*size,))


def windows_of(x: Tensor, windows: Windows, first: int = 2) -> Tensor:
    """What each window sees of x, with pixels from axis `first` on: a view (..., *kernel_size)."""
    axes = zip(windows.span, windows.stride, windows.dilation, strict=True)
    for axis, (span, stride, dilation) in enumerate(axes, start=first):
        x = x.unfold(axis, span, stride)
        x = x[..., ::dilation] if dilation > 1 else x
    return x


def scatter(x: Tensor, seen: Tensor, tile: Tile, windows: Windows) -> None:
    """Add to x (*padded_size, ...), in place, at each pixel what the windows of a tile give it.

    That is seen (*tile, ..., taps): the same as they saw, tap after tap.
    """
    taps = product(*map(range, windows.kernel_size))
    for tap, part in zip(taps, seen.unbind(-1), strict=True):
        x[seen_pixels(windows, tile, tap)].add_(part)
