"""The product of a layer and its two gradients by gathered rows: few calls, however large.

What the windows see is copied once, pixel after pixel, for one batch of matrix products; what the
windows give back is gathered in turn, and summed pixel by pixel in one order: the same bits every
time. Both copies, and those of the kernels, are made for so many positions at once that none is
larger than COPIED bytes.

Groups (B) lie side by side: within, x is (N, B · C, pixels), w (B · O, C, positions, taps) and
y (N, B · O, positions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from ..windows import Windows
from .pixels import KEPT, NONE, seen_pixels, seers

COPIED = 256_000_000  # bytes at a time

Tables = Callable[..., tuple[Tensor, ...]]


def output(x: Tensor, w: Tensor, windows: Windows, groups: int) -> Tensor:
    """y (N, O, *out_size) of x and w."""
    x, w = x.flatten(2), _flat(w, windows)
    pixels = _pixel_rows(x, groups)
    y = x.new_empty(w.shape[2], groups, len(w) // groups, len(x))
    for tile in _tiles(w, groups, len(x)):
        seen = _seen(pixels, windows, groups, tile, w.shape[1])
        torch.bmm(_kernels(w, groups, tile), seen, out=y[tile].flatten(0, 1))
    y = y.movedim((3, 1, 2), (0, 1, 2)).flatten(1, 2)
    return torch.unflatten(y, -1, windows.out_size).contiguous()


def input_gradient(w: Tensor, y: Tensor, windows: Windows, groups: int) -> Tensor:
    """x (N, C, *in_size) of w and y."""
    w, y = _flat(w, windows), y.flatten(2)
    outputs, x = _output_rows(y, groups), y.new_empty(0)
    for tile in _tiles(w, groups, len(y)):
        given = torch.bmm(_kernels(w, groups, tile).mT, outputs[tile].flatten(0, 1))
        part = _gathered(given.view(-1, w.shape[1] * len(y)), windows, groups, tile)
        x = x + part if len(x) else part
    x = x.view(groups, prod(windows.in_size), w.shape[1], len(y))
    x = x.movedim((3, 0, 2), (0, 1, 2)).flatten(1, 2)
    return torch.unflatten(x, -1, windows.in_size).contiguous()


def weight_gradient(x: Tensor, y: Tensor, windows: Windows, groups: int) -> Tensor:
    """w (O, C / G, *out_size, *kernel_size) of x and y."""
    x, y = x.flatten(2), y.flatten(2)
    channels, outputs = x.shape[1] // groups, y.shape[1] // groups
    pixels, rows = _pixel_rows(x, groups), _output_rows(y, groups)
    positions, taps = y.shape[2], prod(windows.kernel_size)
    w = x.new_empty(groups * outputs, channels, positions, taps)
    for tile in _tiles(w, groups, len(x)):
        seen = _seen(pixels, windows, groups, tile, channels)
        kernels = torch.bmm(rows[tile].flatten(0, 1), seen.mT)
        _by_position(w, groups)[tile].copy_(kernels.view(-1, groups, outputs, taps, channels))
    return w.view(*w.shape[:2], *windows.out_size, *windows.kernel_size)


def _flat(w: Tensor, windows: Windows) -> Tensor:
    return w.view(*w.shape[:2], -1, prod(windows.kernel_size))


def _tiles(w: Tensor, groups: int, examples: int) -> Iterator[slice]:
    """Ranges of positions."""
    outputs, channels, positions, taps = w.shape
    of_one = channels * taps * max(outputs, groups * examples) * w.element_size()
    size = max(1, COPIED // max(1, of_one))
    yield from (slice(i, min(i + size, positions)) for i in range(0, positions, size))


def _pixel_rows(x: Tensor, groups: int) -> Tensor:
    """(B · pixels + 1, C · N): a row for each pixel of each group, and last one of zeros."""
    rows = torch.unflatten(x, 1, (groups, -1)).movedim((1, 3, 2, 0), (0, 1, 2, 3))
    made = x.new_empty(rows.shape[0] * rows.shape[1] + 1, rows.shape[2] * rows.shape[3])
    made[:-1].view(rows.shape).copy_(rows)
    made[-1:].zero_()
    return made


def _seen(pixels: Tensor, windows: Windows, groups: int, tile: slice, channels: int) -> Tensor:
    """(positions · B, taps · C, N), copied."""
    (index,) = _on(pixels.device, _seen_index, windows, groups)
    rows = pixels.index_select(0, index[tile].flatten())
    positions = (tile.stop - tile.start) * groups
    return rows.view(positions, prod(windows.kernel_size) * channels, -1)


def _kernels(w: Tensor, groups: int, tile: slice) -> Tensor:
    """(positions · B, O, taps · C), copied."""
    return _by_position(w, groups)[tile].flatten(3).flatten(0, 1)


def _by_position(w: Tensor, groups: int) -> Tensor:
    """(positions, B, O, taps, C), a view."""
    return torch.unflatten(w, 0, (groups, -1)).movedim((3, 0, 1, 4, 2), (0, 1, 2, 3, 4))


def _output_rows(y: Tensor, groups: int) -> Tensor:
    """(positions, B, O, N), copied."""
    return torch.unflatten(y, 1, (groups, -1)).movedim((3, 1, 2, 0), (0, 1, 2, 3)).contiguous()


def _gathered(rows: Tensor, windows: Windows, groups: int, tile: slice) -> Tensor:
    """(B · pixels, C · N): of each pixel, the sum of those rows (positions · B · taps, …)."""
    index, starts = _on(rows.device, _seer_index, windows, groups, tile.start, tile.stop)
    if rows.is_complex():  # which the sum does not know
        parts = torch.view_as_real(rows).flatten(1)
        sums = embedding_bag(index, parts, starts, mode="sum", include_last_offset=True)
        return torch.view_as_complex(sums.unflatten(1, (-1, 2)))
    return embedding_bag(index, rows, starts, mode="sum", include_last_offset=True)


def _on(device: torch.device, tables: Tables, *of: Any) -> tuple[Tensor, ...]:
    """The tables of these on a device, kept there unless a mode might have made others of them."""
    if torch._C._len_torch_dispatch_stack():
        return tuple(table.to(device) for table in tables(*of))
    return _kept(device, tables, of)


@lru_cache(KEPT)
def _kept(device: torch.device, tables: Tables, of: tuple[Any, ...]) -> tuple[Tensor, ...]:
    return tuple(table.to(device) for table in tables(*of))


def _seen_index(windows: Windows, groups: int) -> tuple[Tensor]:
    """(positions, B, taps): the row of `_pixel_rows`."""
    pixels, count = seen_pixels(windows), prod(windows.in_size)
    of_groups = pixels[:, None] + count * torch.arange(groups)[:, None]
    return (of_groups.where(pixels[:, None] != NONE, groups * count),)


def _seer_index(windows: Windows, groups: int, start: int, stop: int) -> tuple[Tensor, Tensor]:
    """The rows that each pixel of each group gets, and where those of each begin."""
    found, taps = seers(windows, start, stop), prod(windows.kernel_size)
    position, tap = found.rows // taps, found.rows % taps
    group = torch.arange(groups)[:, None]
    index = ((position * groups + group) * taps + tap).flatten()
    starts = (found.starts[:-1] + len(found.rows) * group).flatten()
    return index, torch.cat([starts, starts.new_tensor([groups * len(found.rows)])])
