"""A small locally connected product in one batch of products, with autograd's own gradients."""

from __future__ import annotations

import torch
from torch import Tensor

from ..windows import Windows
from .patches import windows_of

SMALL = 2**17  # numbers, seen or weights: fewer are copied sooner than called for in parts


def is_small(examples: int, weight: Tensor) -> bool:
    """Whether the weights, and all that the windows see in so many examples, are few numbers."""
    outputs = len(weight)
    return weight.numel() // outputs * max(examples, outputs) <= SMALL


def small_product(x: Tensor, weight: Tensor, windows: Windows, groups: int) -> Tensor:
    """(N, C, *padded_size) and (O, C / groups, *out_size, *kernel_size) to (N, O, *out_size).

    One copy of what the windows see, one of the weights, and one batch of matrix products.
    """
    dims = len(windows.out_size)
    kernels = torch.unflatten(weight, 0, (groups, -1)).movedim((0, 2, 1), (dims, -2, -1))
    kernels = kernels.flatten(dims + 1, -2).flatten(0, dims)
    views = windows_of(x, windows).unflatten(1, (groups, -1))
    views = views.movedim((1, 0, 2), (dims, dims + 1, -1))
    products = torch.bmm(views.flatten(dims + 2).flatten(0, dims), kernels)
    y = torch.unflatten(products, 0, (*windows.out_size, groups))
    return y.movedim((-2, -3, -1), (0, 1, 2)).flatten(1, 2)
