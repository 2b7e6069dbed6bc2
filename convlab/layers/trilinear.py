"""The product of a locally connected layer and its two gradients, each made of the other two.

A layer is one number, linear in its padded input x, its kernels w and a weighting y of its output:

  t(x, w, y) = Σ_p Σ_o Σ_n y[p, o, n] Σ_i Σ_k w[p, o, i, k] x[stride p + dilation k, i, n]

Its derivative for one of the three is a function of the other two, and the derivatives of that
function are the other derivatives of t: the three functions here give all orders.

Positions come first and examples lie side by side in memory: x (*padded_size, C, N),
w (*out_size, O, C / groups · taps), y (*out_size, O, N). There is one matrix product for
each position and group. What the windows see is copied tile by tile, again in the backward pass,
and never kept: it has as many times the numbers of x as a kernel has taps.
"""

from __future__ import annotations

from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from .patches import overlay, side_by_side, tiles, views
from .windows import Windows

Gradients = tuple[Tensor | None, Tensor | None, None, None]


class Trilinear(Function):
    """The derivative of t for one tensor, as a function of the two others."""

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        *tensors, ctx.windows, ctx.groups = inputs
        ctx.save_for_backward(*tensors)
        ctx.save_for_forward(*tensors)

    @classmethod
    def of(cls, *inputs: Any) -> Tensor:
        """This derivative at two tensors, for windows and groups."""
        derivative: Tensor = cls.apply(*inputs)  # type: ignore[no-untyped-call]
        return derivative

    @classmethod
    def jvp(cls, ctx: Any, first: Tensor | None, second: Tensor | None, *_: None) -> Tensor:
        """The product rule, for derivatives in forward mode."""
        (a, b), options = ctx.saved_tensors, (ctx.windows, ctx.groups)
        if first is None:
            return cls.of(a, second, *options)
        change = cls.of(first, b, *options)
        return change if second is None else change + cls.of(a, second, *options)

    @classmethod
    def vmap(cls, info: Any, in_dims: tuple[int | None, ...], *inputs: Any) -> tuple[Tensor, int]:
        """Seeds as positions: along an axis in front, each window sees its own seed alone."""
        *tensors, windows, groups = inputs
        seeds = [
            tensor.expand(info.batch_size, *tensor.shape)
            if dim is None
            else tensor.movedim(dim, 0)
            for tensor, dim in zip(tensors, in_dims, strict=False)
        ]
        return cls.of(*seeds, windows.stacked(info.batch_size), groups), 0


class Output(Trilinear):
    """∂t/∂y, of x and w: what the layer puts out, before its bias."""

    @staticmethod
    def forward(x: Tensor, w: Tensor, windows: Windows, groups: int) -> Tensor:
        seen, kernels = views(x, windows), _kernels(w, windows, groups)
        y = x.new_empty(*w.shape[:-1], x.shape[-1])
        outputs = _outputs(y, windows, groups)
        for tile, at in tiles(windows, seen.shape, groups):
            torch.bmm(kernels[at], _patches(seen[tile], kernels[at]), out=outputs[at])
        return y

    @staticmethod
    def backward(ctx: Any, y: Tensor) -> Gradients:
        x, w = ctx.saved_tensors
        return _gradients(ctx, (InputGradient, w, y), (WeightGradient, x, y))


class InputGradient(Trilinear):
    """∂t/∂x, of w and y."""

    @staticmethod
    def forward(w: Tensor, y: Tensor, windows: Windows, groups: int) -> Tensor:
        kernels, outputs = _kernels(w, windows, groups), _outputs(y, windows, groups)
        channels, count = groups * w.shape[-1] // prod(windows.kernel_size), y.shape[-1]
        x = y.new_zeros(*windows.padded_size, channels, count)
        shape = *windows.out_size, channels, *windows.kernel_size, count
        for tile, at in tiles(windows, shape, groups):
            overlay(x, kernels[at].mT @ outputs[at], tile, windows)
        return x

    @staticmethod
    def backward(ctx: Any, x: Tensor) -> Gradients:
        w, y = ctx.saved_tensors
        return _gradients(ctx, (WeightGradient, x, y), (Output, x, w))


class WeightGradient(Trilinear):
    """∂t/∂w, of x and y."""

    @staticmethod
    def forward(x: Tensor, y: Tensor, windows: Windows, groups: int) -> Tensor:
        seen, outputs = views(x, windows), _outputs(y, windows, groups)
        taps = x.shape[-2] // groups * prod(windows.kernel_size)
        w = x.new_empty(*y.shape[:-1], taps)
        kernels = _kernels(w, windows, groups)
        for tile, at in tiles(windows, seen.shape, groups):
            torch.bmm(outputs[at], _patches(seen[tile], kernels[at]).mT, out=kernels[at])
        return w

    @staticmethod
    def backward(ctx: Any, w: Tensor) -> Gradients:
        x, y = ctx.saved_tensors
        return _gradients(ctx, (InputGradient, w, y), (Output, x, w))


def _gradients(ctx: Any, *derivatives: tuple[type[Trilinear], Tensor, Tensor]) -> Gradients:
    """The gradients of the two tensors, where they are needed, and of the options none."""
    first, second = (
        kind.of(*tensors, ctx.windows, ctx.groups) if needed else None
        for needed, (kind, *tensors) in zip(ctx.needs_input_grad[:2], derivatives, strict=True)
    )
    return first, second, None, None


def _kernels(w: Tensor, windows: Windows, groups: int) -> Tensor:
    """(positions · groups, O / groups, C / groups · taps): a view of w as a layer stores it."""
    return w.reshape(prod(windows.out_size) * groups, -1, w.shape[-1])


def _outputs(y: Tensor, windows: Windows, groups: int) -> Tensor:
    """(positions · groups, O / groups, N), with the examples side by side in memory."""
    outputs, count = y.shape[-2:]
    return side_by_side(y).view(prod(windows.out_size) * groups, outputs // groups, count)


def _patches(seen: Tensor, kernels: Tensor) -> Tensor:
    """What the windows of a tile see, copied: (positions · groups, C / groups · taps, N)."""
    return seen.reshape(len(kernels), kernels.shape[-1], seen.shape[-1])
