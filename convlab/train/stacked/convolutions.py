"""Convolution and pooling of all seeds as one, the channels of one seed after those of another.

On a CPU the channels come last in memory, which is faster than channels first, and beyond 8 x 8
pixels than patches and a product of matrices: see docs/measured.md.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import conv1d, conv2d, conv3d, pad

from .by_vmap import by_vmap
from .states import State

Convolution = nn.Conv1d | nn.Conv2d | nn.Conv3d
FUNCTIONS: dict[int, Callable[..., Tensor]] = {1: conv1d, 2: conv2d, 3: conv3d}  # by its axes
FORMATS = {2: torch.channels_last, 3: torch.channels_last_3d}


def convolution(layer: Convolution, weights: State, x: Tensor, own: bool) -> Tensor:
    """A grouped convolution; an ordinary one, with S times the outputs, of what all share."""
    weight, bias = weights["weight"], weights.get("bias")
    dims = len(layer.kernel_size)
    if x.ndim - own != dims + 2:
        return by_vmap(layer, weights, x, own)
    if not own and layer.groups > 1:
        x, own = x.expand(len(weight), *x.shape), True
    x, padding = _with_border(layer, _in_a_row(x) if own else x)
    outputs = FUNCTIONS[dims](
        x,
        weight.flatten(0, 1),
        None if bias is None else bias.flatten(),
        layer.stride,
        padding,
        layer.dilation,
        len(weight) * layer.groups if own else 1,
    )
    return _by_seed(outputs, len(weight))


def pooling(dims: int, layer: nn.Module, weights: State, x: Tensor, own: bool) -> Tensor:
    """Of each channel by itself."""
    if not own or x.ndim != dims + 3:
        return by_vmap(layer, weights, x, own)
    return _by_seed(layer(_in_a_row(x)), len(x))


def _with_border(layer: Convolution, x: Tensor) -> tuple[Tensor, str | tuple[int, ...]]:
    """The input with the border that the layer draws itself, and the zeros yet to be added."""
    if layer.padding_mode == "zeros":
        return x, layer.padding
    padded = pad(x, layer._reversed_padding_repeated_twice, layer.padding_mode)
    return _channels_last(padded), (0,) * (x.ndim - 2)


def _in_a_row(x: Tensor) -> Tensor:
    """(S, N, C, ...) as (N, S C, ...)."""
    return _channels_last(x.movedim(0, 1).flatten(1, 2))


def _channels_last(x: Tensor) -> Tensor:
    if x.device.type != "cpu" or x.ndim == 3:
        return x
    return x.contiguous(memory_format=FORMATS[x.ndim - 2])


def _by_seed(x: Tensor, seeds: int) -> Tensor:
    """(N, S C, ...) as (S, N, C, ...)."""
    return torch.unflatten(x, 1, (seeds, -1)).movedim(1, 0)
