"""How the positions of a layer are cut into tiles: whole numbers, no tensors.

What the windows of a tile see is copied, and so are its kernels, each up to CACHED numbers. With a
quarter or half as many, the benchmarks mostly took within 15 % of the same time, two of them a
quarter to a third longer; memory for all positions at once may be more than there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, product
from math import ceil, prod

from ..windows import Windows

CACHED = 2**20  # numbers copied at a time: four megabytes in float32

Tile = tuple[slice, ...]  # a range along each axis, all together consecutive positions


@lru_cache
def tiles(out_size: Sequence[int], numbers: int) -> tuple[tuple[Tile, slice], ...]:
    """All positions in order, in tiles of up to CACHED numbers, where each takes so many.

    With each tile comes the range of its positions among all.
    """
    left = CACHED // max(1, numbers)
    ranges: list[list[slice]] = []
    for positions in reversed(out_size):
        size = ceil(positions / ceil(positions / max(1, min(positions, left))))
        ranges.insert(0, [slice(i, min(i + size, positions)) for i in range(0, positions, size)])
        left //= positions
    cut = list(product(*ranges))
    ends = [0, *accumulate(prod(part.stop - part.start for part in tile) for tile in cut)]
    return tuple(zip(cut, map(slice, ends, ends[1:]), strict=False))


def seen_pixels(windows: Windows, tile: Tile, taps: Sequence[int]) -> Tile:
    """The pixels that the windows of a tile see with one tap, along each axis."""
    axes = zip(tile, taps, windows.stride, windows.dilation, strict=True)
    return tuple(pixels(*axis) for axis in axes)


def pixels(part: slice, tap: int, stride: int, dilation: int) -> slice:
    """The pixels that the windows of a part see with one tap, along an axis."""
    first = stride * part.start + dilation * tap
    return slice(first, first + stride * (part.stop - part.start - 1) + 1, stride)
