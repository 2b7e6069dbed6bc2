"""What the windows of a layer see, for a few of them at a time, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

from torch import Tensor

from .windows import Windows

CACHED = 2**18  # numbers in a tile: a megabyte in float32, which the cache of one core holds

Tile = tuple[slice, ...]  # a range along each axis, all together consecutive positions


def side_by_side(x: Tensor) -> Tensor:
    """The same x (*size, C, N), in that order in memory."""
    if x.stride(-1) != 1:  # images one by one: torch transposes a matrix block by block
        images = x.movedim((-1, -2), (0, 1))
        transposed = images.flatten(1).t().contiguous()
        x = transposed.view(*images.shape[1:], len(images)).movedim(0, -2)
    return x.contiguous()


def tiles(windows: Windows, shape: Sequence[int], groups: int) -> Iterator[tuple[Tile, slice]]:
    """All positions in order, in tiles of about CACHED numbers, for what windows see in `shape`.

    Yields each tile, and the range of its matrices: one for each position and group.
    """
    dims = len(windows.out_size)
    left = CACHED // max(1, prod(shape[dims:]))
    ranges: list[list[slice]] = []
    for positions in reversed(windows.out_size):
        size = max(1, min(positions, left))
        ranges.insert(0, [slice(i, min(i + size, positions)) for i in range(0, positions, size)])
        left //= size
    first = 0
    for tile in product(*ranges):
        after = first + groups * prod(part.stop - part.start for part in tile)
        yield tile, slice(first, after)
        first = after


def views(x: Tensor, windows: Windows) -> Tensor:
    """What each window sees of x (*padded_size, C, N): a view (*out_size, C, *kernel_size, N)."""
    axes = zip(windows.span, windows.stride, windows.dilation, strict=True)
    for axis, (span, stride, dilation) in enumerate(axes):
        x = x.unfold(axis, span, stride)[..., ::dilation]
    return x.movedim(len(windows.out_size) + 1, -1)


def overlay(x: Tensor, seen: Tensor, tile: Tile, windows: Windows) -> None:
    """Add what the windows of a tile see to the pixels where they see it, in place.

    x (*padded_size, C, N); seen (positions · groups, C / groups · taps, N).
    """
    positions = [part.stop - part.start for part in tile]
    seen = seen.view(*positions, x.shape[-2], *windows.kernel_size, x.shape[-1])
    every: list[slice | int] = [slice(None)] * (len(tile) + 1)
    for tap in product(*map(range, windows.kernel_size)):
        axes = zip(tile, tap, windows.stride, windows.dilation, strict=True)
        pixels = tuple(_pixels(*axis) for axis in axes)
        x[pixels].add_(seen[(*every, *tap)])


def _pixels(part: slice, tap: int, stride: int, dilation: int) -> slice:
    first = stride * part.start + dilation * tap
    return slice(first, first + stride * (part.stop - part.start - 1) + 1, stride)
