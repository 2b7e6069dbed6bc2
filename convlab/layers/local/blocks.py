"""How the product of a locally connected layer is cut into calls: whole numbers, no tensors.

A matrix product per position needs what each window sees. To copy that costs time, and so does a
call. There are three ways, and the first that pays is taken:

    lines    a call for each line of windows and each tap of the other axes. Nothing is copied:
             along a line the windows overlap in memory.
    planes   a call for several lines and each tap of the other axes. Each line is copied once,
             window by window, and is what one tap after another of the axis before sees of it.
    patches  a call for as much as fits, for each tap of the other axes, copied anew for each.

A line or a plane pays from CALL numbers on: to copy so many takes about as long as a call. Without
planes, 32 examples of 4 channels and 14 x 28 pixels take 1.75 times as long: see docs/measured.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import ceil, prod

from ..windows import Windows

CALL = 2**16  # numbers: a quarter of a megabyte in float32, copied in about the time of a call
CACHED = 2**20  # numbers copied at a time: four megabytes in float32, which stay in the cache
FEW = 16  # examples: up to here a product is faster with one row for each than with one column

Tile = tuple[slice, ...]  # a range along each axis, all together consecutive positions


@dataclass(frozen=True)
class Block:
    """Consecutive positions, and what they see with some taps of the axes but the last."""

    at: slice  # the range of its matrices among all: one for each position and group
    lines: tuple[slice, ...]  # of the padded input, along every axis but the last
    part: slice  # the positions along the last axis
    taps: tuple[tuple[int, int], ...]  # each with the first matrix that it sees of the lines


def by_lines(windows: Windows, groups: int, numbers: int) -> bool:
    """Whether lines pay, where each window sees so many numbers of a line."""
    along = windows.out_size[-1] * numbers
    overlap = groups == windows.dilation[-1] == 1
    return overlap and (len(windows.out_size) == 1 or along >= CALL)


@lru_cache
def lines(windows: Windows) -> tuple[tuple[slice, tuple[tuple[int, ...], ...]], ...]:
    """For each line of windows its range of positions, and where the line lies that a tap sees."""
    width, axes = windows.out_size[-1], list(zip(windows.stride, windows.dilation, strict=True))
    places = product(*map(range, windows.out_size[:-1]))
    taps = list(product(*map(range, windows.kernel_size[:-1])))
    return tuple(
        (slice(i * width, (i + 1) * width), tuple(_line(place, tap, axes) for tap in taps))
        for i, place in enumerate(places)
    )


@lru_cache
def blocks(windows: Windows, groups: int, numbers: int) -> tuple[Block, ...]:
    """All positions in order, by planes or patches, where each sees so many numbers of a line.

    The taps of the axes but the last are numbered; those of the same positions come in order.
    """
    plane = prod(windows.out_size[-2:]) * numbers
    shared = windows.stride[-2:-1] == (1,) and plane >= CALL
    cut = _planes if shared else _patches
    return tuple(
        block
        for tile, at in _tiles(windows.out_size, groups, numbers, several=not shared)
        for block in cut(windows, groups, tile, at)
    )


def pixels(part: slice, tap: int, stride: int, dilation: int) -> slice:
    """The pixels that the windows of a part see with one tap, along an axis."""
    first = stride * part.start + dilation * tap
    return slice(first, first + stride * (part.stop - part.start - 1) + 1, stride)


def _planes(windows: Windows, groups: int, tile: Tile, at: slice) -> Iterator[Block]:
    *others, rows, part = tile
    taps, reach = windows.kernel_size[-2], windows.dilation[-2]
    row = groups * (part.stop - part.start)
    lines = slice(rows.start, rows.stop + reach * (taps - 1))
    for i, tap in enumerate(product(*map(range, windows.kernel_size[:-2]))):
        shifts = tuple((taps * i + k, row * reach * k) for k in range(taps))
        yield Block(at, (*_pixels_of_axes(windows, others, tap), lines), part, shifts)


def _patches(windows: Windows, groups: int, tile: Tile, at: slice) -> Iterator[Block]:
    *others, part = tile
    for i, tap in enumerate(product(*map(range, windows.kernel_size[:-1]))):
        yield Block(at, _pixels_of_axes(windows, others, tap), part, ((i, 0),))


def _pixels_of_axes(
    windows: Windows, tile: Sequence[slice], tap: Sequence[int]
) -> tuple[slice, ...]:
    axes = zip(tile, tap, windows.stride, windows.dilation, strict=False)
    return tuple(pixels(*axis) for axis in axes)


def _tiles(
    out_size: Sequence[int], groups: int, numbers: int, several: bool
) -> Iterator[tuple[Tile, slice]]:
    """All positions in order, in tiles of up to CACHED numbers; of one plane, unless `several`."""
    left = CACHED // max(1, numbers)
    ranges: list[list[slice]] = []
    for axis, positions in enumerate(reversed(out_size)):
        most = max(1, min(positions, left)) if several or axis < 2 else 1
        size = ceil(positions / ceil(positions / most))
        ranges.insert(0, [slice(i, min(i + size, positions)) for i in range(0, positions, size)])
        left //= positions
    first = 0
    for tile in product(*ranges):
        after = first + groups * prod(part.stop - part.start for part in tile)
        yield tile, slice(first, after)
        first = after


def _line(
    place: Sequence[int], tap: Sequence[int], axes: Sequence[tuple[int, int]]
) -> tuple[int, ...]:
    each = zip(place, tap, axes, strict=False)
    return tuple(stride * p + dilation * k for p, k, (stride, dilation) in each)
