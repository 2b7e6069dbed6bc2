"""What the windows of a layer see, as matrices, and the way back: views where they can be.

K counts the taps of the last axis and K' those of all others, as in `trilinear`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import torch
from torch import Tensor

from ..windows import Windows
from . import blocks
from .blocks import Block


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


def window_matrices(x: Tensor, windows: Windows) -> Iterator[tuple[int, slice, Tensor]]:
    """What all windows see of x (*padded_size, G, C / G, N), for each tap of K' in turn.

    Yields the number of the tap, a range of matrices, one for each position and group, and these
    (positions · G, K · C / G, N). For each range, tap 0 comes first.
    """
    groups, channels, count = x.shape[-3:]
    rows = windows.kernel_size[-1] * channels
    if blocks.by_lines(windows, groups, rows * count):
        yield from _lines(x, windows, rows)
        return
    views = _windows_of_lines(x, windows)
    for block in blocks.blocks(windows, groups, groups * rows * count):
        matrices = views[(*block.lines, block.part)].flatten(-3, -2).flatten(0, -3)
        for tap, first in block.taps:
            yield tap, block.at, matrices[first : first + _length(block.at)]


def scatter(x: Tensor, kernels: Tensor, outputs: Tensor, windows: Windows) -> None:
    """Add to x (*padded_size, G, C / G, N) the products that its pixels take part in, in place.

    kernels (K', positions · G, O / G, K · C / G); outputs (positions · G, O / G, N).
    """
    groups, channels, count = x.shape[-3:]
    rows = windows.kernel_size[-1] * channels
    for block in blocks.blocks(windows, groups, groups * rows * count):
        size = (*map(_length, block.lines), _length(block.part), groups)
        products = _products(block, prod(size), kernels, outputs)
        products = products.view(*size, windows.kernel_size[-1], channels, count)
        for tap, product in enumerate(products.movedim(-3, 0)):
            along = blocks.pixels(block.part, tap, windows.stride[-1], windows.dilation[-1])
            x[(*block.lines, along)].add_(product)


def _lines(x: Tensor, windows: Windows, rows: int) -> Iterator[tuple[int, slice, Tensor]]:
    """Views of the lines of x, with a matrix of so many rows for each window."""
    if not x[(0,) * (x.ndim - 4)].is_contiguous():  # a tangent, or seeds in the midst of others
        x = x.contiguous()
    channels, count = x.shape[-2:]
    size = (*windows.padded_size[:-1], windows.out_size[-1], rows, count)
    strides = (*x.stride()[:-4], windows.stride[-1] * channels * count, count, 1)
    every = x.as_strided(size, strides)
    for at, places in blocks.lines(windows):
        for tap, line in enumerate(places):
            yield tap, at, every[line]


def _windows_of_lines(x: Tensor, windows: Windows) -> Tensor:
    """(*padded_size[:-1], out_size[-1], G, kernel_size[-1], C / G, N), a view."""
    last = len(windows.out_size) - 1
    views = x.unfold(last, windows.span[-1], windows.stride[-1])[..., :: windows.dilation[-1]]
    return views.movedim(-1, -3)


def _products(block: Block, count: int, kernels: Tensor, outputs: Tensor) -> Tensor:
    """So many matrices: what the outputs of a block give to each pixel that their windows see."""
    products = outputs.new_empty(count, kernels.shape[-1], outputs.shape[-1])
    products[_length(block.at) :] = 0  # for the first tap sees the first of them
    for i, (tap, first) in enumerate(block.taps):
        sums = products[first : first + _length(block.at)]
        torch.baddbmm(sums, kernels[tap, block.at].mT, outputs[block.at], beta=min(i, 1), out=sums)
    return products


def _length(part: slice) -> int:
    return len(range(part.start, part.stop, part.step or 1))
