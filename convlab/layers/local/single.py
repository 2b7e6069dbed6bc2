"""The trilinear form and one example: sums of products of numbers, as the weights lie in memory.

With one example each weight takes part in one product only, and to turn the weights into matrices
takes longer than to multiply. So each function reads or writes them once, in their own order, as
(G, O / G, C / G, positions · taps), beside what the windows see, (G, C / G, positions · taps).
For 16 to 32 channels and 32 x 32 positions that takes a quarter of the time.
"""

from __future__ import annotations

from math import prod

import torch
from torch import Tensor

from ..windows import Windows
from .kernels import as_users
from .patches import scatter, windows_of

ADDED = 2**12  # numbers, that are multiplied and added in about the time of a call


def is_single(examples: int, w: Tensor, groups: int) -> bool:
    """Whether there is one example, and enough to do for each call: one per output or channel."""
    return examples == 1 and w.numel() >= ADDED * (w.shape[-3] // groups + w.shape[-2])


def output(x: Tensor, w: Tensor, windows: Windows) -> Tensor:
    """∂t/∂y, a sum over channels first, then over taps."""
    weights, seen = _weights(w, x.shape[-3]), _seen(x, windows)
    sums = weights[:, :, 0] * seen[:, None, 0]
    for channel in range(1, seen.shape[1]):
        sums.addcmul_(weights[:, :, channel], seen[:, None, channel])
    y = torch.unflatten(sums, -1, (*windows.out_size, -1)).sum(-1)
    return y.movedim((0, 1), (-2, -1)).unsqueeze(-1)


def input_gradient(w: Tensor, y: Tensor, windows: Windows) -> Tensor:
    """∂t/∂x, a sum over outputs first, then over the windows that see a pixel."""
    weights, outputs = _weights(w, y.shape[-3]), _outputs(y, windows)
    sums = weights[:, 0] * outputs[:, 0, None]
    for output in range(1, outputs.shape[1]):
        sums.addcmul_(weights[:, output], outputs[:, output, None])
    sums = sums.unflatten(-1, (*windows.out_size, -1)).movedim((0, 1), (-3, -2))
    x = y.new_zeros(*windows.padded_size, *sums.shape[-3:-1])
    scatter(x, sums, tuple(map(slice, (0,) * len(windows.out_size), windows.out_size)), windows)
    return x.unsqueeze(-1)


def weight_gradient(x: Tensor, y: Tensor, windows: Windows) -> Tensor:
    """∂t/∂w, where nothing is summed."""
    w = _outputs(y, windows).unsqueeze(2) * _seen(x, windows).unsqueeze(1)
    w = torch.unflatten(w.flatten(0, 1), -1, (*windows.out_size, -1))
    return w.movedim((0, 1), (-3, -2))


def _weights(w: Tensor, groups: int) -> Tensor:
    """(*out_size, O, C / G, taps) to (G, O / G, C / G, positions · taps), a view."""
    return torch.unflatten(as_users(w).flatten(2), 0, (groups, -1))


def _seen(x: Tensor, windows: Windows) -> Tensor:
    """(*padded_size, G, C / G, 1) to (G, C / G, positions · taps), copied."""
    return windows_of(x.squeeze(-1).movedim((-2, -1), (0, 1)), windows).flatten(2)


def _outputs(y: Tensor, windows: Windows) -> Tensor:
    """(*out_size, G, O / G, 1) to (G, O / G, positions · taps): the same for all taps."""
    y = y.movedim((-3, -2), (0, 1)).flatten(2, -2)
    return y.expand(*y.shape[:-1], prod(windows.kernel_size)).flatten(2)
