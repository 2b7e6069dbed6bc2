"""One kernel for each block of positions: between a kernel at each and a convolution.

All blocks are one convolution, with a group for each of them: a block sees the region of the input
that its windows see. Regions overlap by less than a window, so that little is copied, and a kernel
is never repeated. It is the same in programs that are traced.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import conv1d, conv2d, conv3d

from ..windows import Size, Windows, per_axis
from .plain import has_sizes, padded
from .precision import autocast, is_autocast

CONVOLVE: dict[int, Any] = {1: conv1d, 2: conv2d, 3: conv3d}


def block_of(block: Size, dims: int) -> tuple[int, ...]:
    """The positions of a block along each axis; raises ValueError where one is below 1."""
    sizes = per_axis("block", block, dims)
    if min(sizes) < 1:
        raise ValueError(f"block should be 1 or more, not {sizes}")
    return sizes


def blocks_per_axis(out_size: Sequence[int], block: Sequence[int]) -> tuple[int, ...]:
    """How many blocks there are along each axis; the last is smaller where they do not divide it.

    >>> blocks_per_axis((10, 10), (4, 99))
    (3, 1)
    """
    return tuple(-(-positions // size) for positions, size in zip(out_size, block, strict=True))


def over_blocks(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    windows: Windows,
    groups: int,
    block: Sequence[int],
) -> Tensor:
    """A layer whose weight is (O, C / groups, *blocks, *kernel_size), its bias (O, *blocks)."""
    dims, counts = len(block), blocks_per_axis(windows.out_size, block)
    if has_sizes(x) and is_autocast(x.device.type):  # `stack` casts none, vmap not all of them
        device = x.device.type
        x, weight = autocast(x, device), autocast(weight, device)
        bias = bias if bias is None else autocast(bias, device)
    size = [min(pair) for pair in zip(block, windows.out_size, strict=True)]
    regions = _regions(x, windows, counts, size).flatten(-1 - 2 * dims, -1 - dims)
    kernels = weight.movedim((*range(2, 2 + dims),), (*range(dims),)).flatten(0, dims)
    if bias is not None:  # (O, 1) or (O, blocks)
        bias = bias.unsqueeze(-1).flatten(1).expand(-1, prod(counts)).movedim(0, 1).flatten()
    y = CONVOLVE[dims](
        regions, kernels, bias, windows.stride, 0, windows.dilation, groups * prod(counts)
    )
    return _joined(torch.unflatten(y, -1 - dims, (*counts, -1)), windows.out_size)


def _regions(x: Tensor, windows: Windows, counts: Sequence[int], size: Sequence[int]) -> Tensor:
    """(..., C, *in_size) to (..., *counts, C, *pixels that a block of this size sees)."""
    dims = len(counts)
    axes = zip(windows.span, windows.stride, size, strict=True)
    seen = [span + stride * (positions - 1) for span, stride, positions in axes]
    steps = [stride * positions for stride, positions in zip(windows.stride, size, strict=True)]
    x = padded(x, windows, [s * (n - 1) + r for s, n, r in zip(steps, counts, seen, strict=True)])
    for axis, (step, count, pixels) in enumerate(zip(steps, counts, seen, strict=True)):
        after: Any = (slice(None),) * (dims - 1 - axis)
        parts = (slice(step * i, step * i + pixels) for i in range(count))
        x = torch.stack([x[(..., part, *after)] for part in parts], -2 - dims)
    return x


def _joined(y: Tensor, out_size: Sequence[int]) -> Tensor:
    """(..., *counts, O, *size of a block) to (..., O, *out_size)."""
    dims = len(out_size)
    blocks, within = range(-1 - 2 * dims, -1 - dims), range(-dims, 0)
    pairs = range(-2 * dims, 0, 2)  # each block beside the positions in it
    y = y.movedim((*blocks, *within), (*pairs, *(axis + 1 for axis in pairs)))
    for axis in range(dims):
        y = y.flatten(-2 - axis, -1 - axis)
    inside: Any = tuple(slice(0, positions) for positions in out_size)
    return y[(..., *inside)].contiguous()
