"""The product of a locally connected layer and its two gradients, each made of the other two.

A layer is one number, linear in its padded input x, its kernels w and a weighting y of its output:

  t(x, w, y) = Σ_p Σ_o Σ_n y[p, o, n] Σ_i Σ_k w[p, o, i, k] x[stride p + dilation k, i, n]

Its derivative for one of the three is a function of the other two, and the derivatives of that
function are the other derivatives of t: the three functions here give all orders.

Positions come first, then groups g, and examples lie side by side in memory: x (*padded_size, G,
C / G, N), w (*out_size, G, O / G, taps · C / G), y (*out_size, G, O / G, N). There is one matrix
product for each position and group. What the windows see is gathered tile by tile, again in the
backward pass, and never kept: it has as many times the numbers of x as a kernel has taps.
"""

from __future__ import annotations

from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from .patches import gathered, overlay, side_by_side, tiles
from .windows import Windows

Gradients = tuple[Tensor | None, Tensor | None, None]


class Trilinear(Function):
    """The derivative of t for one tensor, as a function of the two others."""

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        *tensors, ctx.windows = inputs
        ctx.save_for_backward(*tensors)
        ctx.save_for_forward(*tensors)

    @classmethod
    def of(cls, *inputs: Any) -> Tensor:
        """This derivative at two tensors, for windows."""
        derivative: Tensor = cls.apply(*inputs)  # type: ignore[no-untyped-call]
        return derivative

    @classmethod
    def jvp(cls, ctx: Any, first: Tensor | None, second: Tensor | None, _: None) -> Tensor:
        """The product rule, for derivatives in forward mode."""
        a, b = ctx.saved_tensors
        if first is None:
            return cls.of(a, second, ctx.windows)
        change = cls.of(first, b, ctx.windows)
        return change if second is None else change + cls.of(a, second, ctx.windows)

    @classmethod
    def vmap(cls, info: Any, in_dims: tuple[int | None, ...], *inputs: Any) -> tuple[Tensor, int]:
        """Seeds as positions: along an axis in front, each window sees its own seed alone."""
        *tensors, windows = inputs
        seeds = [
            tensor.expand(info.batch_size, *tensor.shape)
            if dim is None
            else tensor.movedim(dim, 0)
            for tensor, dim in zip(tensors, in_dims, strict=False)
        ]
        return cls.of(*seeds, windows.stacked(info.batch_size)), 0


class Output(Trilinear):
    """∂t/∂y, of x and w: what the layer puts out, before its bias."""

    @staticmethod
    def forward(x: Tensor, w: Tensor, windows: Windows) -> Tensor:
        y = x.new_empty(*w.shape[:-1], x.shape[-1])
        kernels, outputs = _stacked(w), _stacked(y)
        for at, seen in gathered(x, windows):
            torch.bmm(kernels[at], seen, out=outputs[at])
        return y

    @staticmethod
    def backward(ctx: Any, y: Tensor) -> Gradients:
        (x, w), y = ctx.saved_tensors, side_by_side(y, y.ndim - 3)  # once, for both
        return _gradients(ctx, (InputGradient, w, y), (WeightGradient, x, y))


class InputGradient(Trilinear):
    """∂t/∂x, of w and y."""

    @staticmethod
    def forward(w: Tensor, y: Tensor, windows: Windows) -> Tensor:
        groups, channels = w.shape[-3], w.shape[-1] // prod(windows.kernel_size)
        x = y.new_zeros(*windows.padded_size, groups, channels, y.shape[-1])
        kernels, outputs = _stacked(w), _stacked(side_by_side(y, y.ndim - 3))
        for tile, at in tiles(windows, groups, groups * w.shape[-1] * y.shape[-1]):
            overlay(x, kernels[at].mT @ outputs[at], windows, tile)
        return x

    @staticmethod
    def backward(ctx: Any, x: Tensor) -> Gradients:
        (w, y), x = ctx.saved_tensors, side_by_side(x, x.ndim - 3)
        return _gradients(ctx, (WeightGradient, x, y), (Output, x, w))


class WeightGradient(Trilinear):
    """∂t/∂w, of x and y."""

    @staticmethod
    def forward(x: Tensor, y: Tensor, windows: Windows) -> Tensor:
        w = x.new_empty(*y.shape[:-1], prod(windows.kernel_size) * x.shape[-2])
        kernels, outputs = _stacked(w), _stacked(side_by_side(y, y.ndim - 3))
        for at, seen in gathered(x, windows):
            torch.bmm(outputs[at], seen.mT, out=kernels[at])
        return w

    @staticmethod
    def backward(ctx: Any, w: Tensor) -> Gradients:
        x, y = ctx.saved_tensors
        return _gradients(ctx, (InputGradient, w, y), (Output, x, w))


def _gradients(ctx: Any, *derivatives: tuple[type[Trilinear], Tensor, Tensor]) -> Gradients:
    """The gradients of the two tensors, where they are needed, and of the windows none."""
    first, second = (
        kind.of(*tensors, ctx.windows) if needed else None
        for needed, (kind, *tensors) in zip(ctx.needs_input_grad[:2], derivatives, strict=True)
    )
    return first, second, None


def _stacked(tensor: Tensor) -> Tensor:
    """The matrices of all positions and groups, one after another: a view if they lie so."""
    return tensor.flatten(0, -3)
