"""The product of a locally connected layer and its two gradients, each made of the other two.

A layer is one number, linear in its padded input x, its kernels w and a weighting y of its output:

  t(x, w, y) = Σ_p Σ_o Σ_n y[p, o, n] Σ_i Σ_k w[p, o, i, k] x[stride p + dilation k, i, n]

Its derivative for one of the three is a function of the other two, and the derivatives of that
function are the other derivatives of t: the three functions here give all orders.

Positions come first, then groups, and examples lie side by side in memory: x (*padded_size, G,
C / G, N), y (*out_size, G, O / G, N), w (*out_size, K', G, O / G, K · C / G), where the last axis
has K taps and the others K' together. Each position, group and tap of K' takes a matrix product.
What the windows see is copied in passing, again in the backward pass, and never kept.
"""

from __future__ import annotations

from inspect import signature
from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from ..windows import Windows
from . import blocks
from .patches import scatter, side_by_side, window_matrices

Gradients = tuple[Tensor | None, Tensor | None, None]


class Trilinear(Function):
    """The derivative of t for one tensor, as a function of the two others."""

    def __init_subclass__(cls) -> None:
        """Keep the signature of `forward`: torch asks for it at every call."""
        cls.forward.__signature__ = signature(cls.forward)  # type: ignore[attr-defined]
        super().__init_subclass__()

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
        few, shape = x.shape[-1] <= blocks.FEW, (w.shape[-2], x.shape[-1])
        y = x.new_empty(*windows.out_size, w.shape[-3], *(reversed(shape) if few else shape))
        kernels, sums = _kernels(w), y.flatten(0, -3)
        for tap, at, matrices in window_matrices(x, windows):
            factors = matrices.mT, kernels[tap, at].mT
            factors = factors if few else (kernels[tap, at], matrices)
            torch.baddbmm(sums[at], *factors, beta=min(tap, 1), out=sums[at])
        return y.mT if few else y

    @staticmethod
    def backward(ctx: Any, y: Tensor) -> Gradients:
        (x, w), y = _conjugates(ctx), side_by_side(y, y.ndim - 3)  # once, for both
        return _gradients(ctx, (InputGradient, w, y), (WeightGradient, x, y))


class InputGradient(Trilinear):
    """∂t/∂x, of w and y."""

    @staticmethod
    def forward(w: Tensor, y: Tensor, windows: Windows) -> Tensor:
        groups, channels = w.shape[-3], w.shape[-1] // windows.kernel_size[-1]
        x = y.new_zeros(*windows.padded_size, groups, channels, y.shape[-1])
        scatter(x, _kernels(w), _outputs(y), windows)
        return x

    @staticmethod
    def backward(ctx: Any, x: Tensor) -> Gradients:
        (w, y), x = _conjugates(ctx), side_by_side(x, x.ndim - 3)
        return _gradients(ctx, (WeightGradient, x, y), (Output, x, w))


class WeightGradient(Trilinear):
    """∂t/∂w, of x and y."""

    @staticmethod
    def forward(x: Tensor, y: Tensor, windows: Windows) -> Tensor:
        *others, last = windows.kernel_size
        groups, channels, _ = x.shape[-3:]
        size = *windows.out_size, groups, y.shape[-2], prod(others), last * channels
        w = x.new_empty(size).movedim(-2, -4)
        products, outputs = _kernels(w), _outputs(y)
        for tap, at, matrices in window_matrices(x, windows):
            products[tap, at] = torch.bmm(
                outputs[at], matrices.mT
            )  # `out` would be slow: in parts
        return w

    @staticmethod
    def backward(ctx: Any, w: Tensor) -> Gradients:
        x, y = _conjugates(ctx)
        return _gradients(ctx, (InputGradient, w, y), (Output, x, w))


def _conjugates(ctx: Any) -> tuple[Tensor, ...]:
    """Of the two tensors: what a gradient is multiplied by. Real ones are their own."""
    return tuple(tensor.conj().resolve_conj() for tensor in ctx.saved_tensors)


def _gradients(ctx: Any, *derivatives: tuple[type[Trilinear], Tensor, Tensor]) -> Gradients:
    """The gradients of the two tensors, where they are needed, and of the windows none."""
    first, second = (
        kind.of(*tensors, ctx.windows) if needed else None
        for needed, (kind, *tensors) in zip(ctx.needs_input_grad[:2], derivatives, strict=True)
    )
    return first, second, None


def _kernels(w: Tensor) -> Tensor:
    """(K', positions · G, O / G, K · C / G): a view, of a weight as a layer keeps it."""
    return w.movedim(-4, 0).flatten(1, -3)


def _outputs(y: Tensor) -> Tensor:
    """(positions · G, O / G, N), with the examples side by side in memory."""
    return side_by_side(y, y.ndim - 3).flatten(0, -3)
