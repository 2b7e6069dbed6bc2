"""What the windows of a layer see, gathered into matrices tile by tile, and laid back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import ceil, prod

from torch import Tensor

from .windows import Windows

CACHED = 2**19  # numbers in a tile: two megabytes in float32, about the cache of one core

Tile = tuple[slice, ...]  # a range along each axis, all together consecutive positions


def side_by_side(x: Tensor, dims: int) -> Tensor:
    """The same x (*size of so many axes, ..., N), in that order in memory: examples come last.

    Images one by one, pixels last, are turned over twice, which is faster than once: each time
    one of two neighbours in the copy are neighbours in the original.
    """
    if x.stride(dims - 1) == 1 != x.stride(-1):
        pixels, before = range(dims), range(-dims - 1, -1)
        x = x.movedim((*pixels,), (*before,)).contiguous().movedim((*before,), (*pixels,))
    return x.contiguous()


def tiles(windows: Windows, groups: int, numbers: int) -> Iterator[tuple[Tile, slice]]:
    """All positions in order, in tiles of up to CACHED numbers, of which each position has some.

    Yields each tile, and the range of its matrices: one for each position and group.
    """
    left = CACHED // max(1, numbers)
    ranges: list[list[slice]] = []
    for positions in reversed(windows.out_size):
        parts = ceil(positions / max(1, min(positions, left)))
        size = ceil(positions / parts)
        ranges.insert(0, [slice(i, min(i + size, positions)) for i in range(0, positions, size)])
        left //= positions
    first = 0
    for tile in product(*ranges):
        after = first + groups * prod(_lengths(tile))
        yield tile, slice(first, after)
        first = after


def gathered(x: Tensor, windows: Windows) -> Iterator[tuple[slice, Tensor]]:
    """What each window sees of x (*padded_size, G, C / G, N), in tiles, once and in order.

    Yields the range of a tile's matrices, and these (positions · G, taps · C / G, N), where the
    taps of the last axis come first. Along one line the windows overlap in memory; so where a
    tile is not longer than a line, they are a view of the line. Else they are copied.
    """
    groups, channels, count = x.shape[-3:]
    seen, rows = _lines(x, windows), prod(windows.kernel_size) * channels
    each = tiles(windows, groups, groups * rows * count)
    if groups == windows.dilation[-1] == 1 and CACHED < windows.out_size[-1] * rows * count:
        step = rows // windows.kernel_size[-1] * count  # from a pixel of a line to the next
        strides = windows.stride[-1] * step, count, 1
        for tile, at in each:
            line = seen[(*tile[:-1], _on_line(tile[-1], windows))].contiguous()
            yield at, line.as_strided((at.stop - at.start, rows, count), strides)
        return
    last = len(windows.out_size) - 1
    seen = seen.unfold(last, windows.span[-1], windows.stride[-1])[..., :: windows.dilation[-1]]
    seen = seen.movedim((-4, -1), (last + 1, last + 2))
    for tile, at in each:
        yield at, seen[tile].reshape(at.stop - at.start, rows, count)


def overlay(x: Tensor, seen: Tensor, windows: Windows, tile: Tile) -> None:
    """Add what the windows of a tile see to the pixels where they see it, in place.

    x (*padded_size, G, C / G, N); seen as in `matrices`. First each line is summed up, then the
    lines: as many additions as the last axis and the others have taps, not as their product.
    """
    *others, last = tile
    lengths, every = _lengths(tile), (slice(None),) * len(tile)
    taps = windows.kernel_size[-1], *windows.kernel_size[:-1]
    seen = seen.view(*lengths, x.shape[-3], *taps, *x.shape[-2:]).movedim(len(tile), -3)
    on_line = _on_line(last, windows)
    width = on_line.stop - on_line.start
    line = x.new_zeros(*lengths[:-1], width, *taps[1:], *x.shape[-3:])
    for tap in range(taps[0]):
        pixels = _pixels(slice(0, lengths[-1]), tap, windows.stride[-1], windows.dilation[-1])
        line[(*every[:-1], pixels)].add_(seen[(*every, tap)])
    for tap_of_others in product(*map(range, taps[1:])):
        axes = zip(others, tap_of_others, windows.stride, windows.dilation, strict=False)
        x[(*(_pixels(*axis) for axis in axes), on_line)].add_(line[(*every, *tap_of_others)])


def _lines(x: Tensor, windows: Windows) -> Tensor:
    """The pixels that each row of windows sees: all those of its lines.

    A view (*out_size[:-1], padded_size[-1], *kernel_size[:-1], G, C / G, N).
    """
    axes = zip(windows.span[:-1], windows.stride, windows.dilation, strict=False)
    for axis, (span, stride, dilation) in enumerate(axes):
        x = x.unfold(axis, span, stride)[..., ::dilation]
    dims = len(windows.out_size)
    return x.movedim((dims, dims + 1, dims + 2), (-3, -2, -1))


def _on_line(part: slice, windows: Windows) -> slice:
    """All pixels that a part of a row of windows sees, along the last axis."""
    stride, span = windows.stride[-1], windows.span[-1]
    return slice(stride * part.start, stride * (part.stop - 1) + span)


def _pixels(part: slice, tap: int, stride: int, dilation: int) -> slice:
    """The pixels that the windows of a part see with one tap, along an axis."""
    first = stride * part.start + dilation * tap
    return slice(first, first + stride * (part.stop - part.start - 1) + 1, stride)


def _lengths(tile: Tile) -> list[int]:
    return [part.stop - part.start for part in tile]
