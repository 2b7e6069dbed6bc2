"""Which pixel each window sees with each tap, and who sees a pixel: tables of whole numbers.

With them a layer needs no views of its input: every geometry, dimension and padding mode is one
gathering of rows, and the way back to the pixels is another. Adding by index would be simpler, but
on an accelerator it adds in an order of its own each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod

import torch
from torch import Tensor

from ..windows import Windows

NONE = -1  # in place of a pixel: a zero beside the input
KEPT = 256  # tables of as many layers, on their device


@dataclass(frozen=True)
class Seers:
    """The taps that see each pixel: `rows[starts[q] : starts[q + 1]]`, each position · taps + tap.

    `most` is the number of them at the pixel that is seen most often.
    """

    rows: Tensor
    starts: Tensor
    most: int


@lru_cache(KEPT)
def seen_pixels(windows: Windows) -> Tensor:
    """(positions, taps): the pixel of the input, counted row by row, or NONE. On the CPU."""
    pixels, inside = torch.zeros(1, 1, dtype=torch.int64), torch.ones(1, 1, dtype=torch.bool)
    for axis, size in enumerate(windows.in_size):
        along = _along(windows, axis)
        here = (along >= 0) & (along < size)
        pixels = _crossed(pixels * size, along).sum(0)
        inside = _crossed(inside, here).all(0)
    return pixels.where(inside, NONE)


@lru_cache(KEPT)
def seers(windows: Windows, start: int, stop: int) -> Seers:
    """Who sees each pixel, of the positions from `start` to `stop`, counted from `start`."""
    pixels = seen_pixels(windows)[start:stop].flatten()
    order = pixels.argsort(stable=True)
    counts = torch.bincount(pixels + 1, minlength=prod(windows.in_size) + 1)[1:]
    starts = torch.cat([counts.new_zeros(1), counts.cumsum(0)])
    return Seers(order[len(order) - int(starts[-1]) :], starts, int(counts.max()))


def _along(windows: Windows, axis: int) -> Tensor:
    """(positions, taps) of one axis; out of range where there is no pixel."""
    size, stride, dilation = (
        field[axis] for field in (windows.in_size, windows.stride, windows.dilation)
    )
    positions = torch.arange(windows.out_size[axis]) * stride - windows.margins[axis][0]
    along = positions[:, None] + torch.arange(windows.kernel_size[axis]) * dilation
    if windows.padding_mode == "circular":
        return along % size
    if windows.padding_mode == "replicate":
        return along.clamp(0, size - 1)
    if windows.padding_mode == "reflect":
        return (size - 1) - ((size - 1) - along.abs()).abs()
    return along


def _crossed(outer: Tensor, inner: Tensor) -> Tensor:
    """(2, positions, taps): of all axes so far and of the next, each with each of the other."""
    places, taps = (n * m for n, m in zip(outer.shape, inner.shape, strict=True))
    pair = outer[:, None, :, None], inner[None, :, None, :]
    return torch.stack(torch.broadcast_tensors(*pair)).reshape(2, places, taps)
