"""The product of a locally connected layer and its two gradients, each made of the other two.

A layer is one number, linear in its padded input x, its kernels w and a weighting y of its output:

  t(x, w, y) = Σ_p Σ_o Σ_n y[p, o, n] Σ_i Σ_k w[p, o, i, k] x[stride p + dilation k, i, n]

Its derivative for one of the three is a function of the other two, and the derivatives of that
function are the other derivatives of t: the three functions here give all orders.

Positions come first, then groups, and examples lie side by side in memory: x (*padded_size, G,
C / G, N), y (*out_size, G, O / G, N), w (*out_size, O, C / G, taps), a view of a layer's weight.
Each position and group takes a matrix product. What the windows see, and kernels that lie by
themselves, are copied in passing, tile by tile, again in the backward pass, and never kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from inspect import signature
from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from ..windows import Windows
from . import blocks, single
from .kernels import as_users, kernels, put
from .mapped import is_mapped, mapped
from .order import examples_first
from .patches import scatter, side_by_side, windows_of

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
        *tensors, windows = inputs
        if is_mapped(tensors):
            return mapped(lambda info, dims, shown: cls.vmap(info, dims, *shown, windows), tensors)
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
        groups, count = x.shape[-3], x.shape[-1]
        if single.is_single(count, w, groups):
            return single.output(x, w, windows)
        y = x.new_empty(*windows.out_size, groups, w.shape[-3] // groups, count)
        weights, seen, outputs = as_users(w), _seen(x, windows), y.flatten(0, -3)
        for tile, at, matrices in _tiles(windows, weights, groups, count):
            factors = kernels(weights[:, :, at], groups), _matrices(seen, tile)
            torch.bmm(*factors, out=outputs[matrices])
        return examples_first(y, len(windows.out_size))

    @staticmethod
    def backward(ctx: Any, y: Tensor) -> Gradients:
        (x, w), y = conjugates(ctx), side_by_side(y, y.ndim - 3)  # once, for both
        return gradients(ctx, (InputGradient, w, y), (WeightGradient, x, y))


class InputGradient(Trilinear):
    """∂t/∂x, of w and y."""

    @staticmethod
    def forward(w: Tensor, y: Tensor, windows: Windows) -> Tensor:
        groups, count = y.shape[-3], y.shape[-1]
        if single.is_single(count, w, groups):
            return single.input_gradient(w, y, windows)
        x = y.new_zeros(*windows.padded_size, groups, w.shape[-2], count)
        weights, outputs = as_users(w), _outputs(y)
        for tile, at, matrices in _tiles(windows, weights, groups, count):
            seen = torch.bmm(kernels(weights[:, :, at], groups).mT, outputs[matrices])
            size = (*(part.stop - part.start for part in tile), groups)
            seen = seen.view(*size, weights.shape[-1], w.shape[-2], count)
            scatter(x, seen.movedim(-3, -1), tile, windows)
        return x

    @staticmethod
    def backward(ctx: Any, x: Tensor) -> Gradients:
        (w, y), x = conjugates(ctx), side_by_side(x, x.ndim - 3)
        return gradients(ctx, (WeightGradient, x, y), (Output, x, w))


class WeightGradient(Trilinear):
    """∂t/∂w, of x and y."""

    @staticmethod
    def forward(x: Tensor, y: Tensor, windows: Windows) -> Tensor:
        groups, channels, count = x.shape[-3:]
        size = groups * y.shape[-2], channels, prod(windows.out_size), prod(windows.kernel_size)
        weights = x.new_empty(size)
        w = torch.unflatten(weights, 2, windows.out_size).movedim((0, 1), (-3, -2))
        if single.is_single(count, w, groups):
            return single.weight_gradient(x, y, windows)
        seen, outputs = _seen(x, windows), _outputs(y)
        for tile, at, matrices in _tiles(windows, weights, groups, count):
            put(weights[:, :, at], torch.bmm(_matrices(seen, tile), outputs[matrices].mT), groups)
        return w

    @staticmethod
    def backward(ctx: Any, w: Tensor) -> Gradients:
        x, y = conjugates(ctx)
        return gradients(ctx, (InputGradient, w, y), (Output, x, w))


def _tiles(
    windows: Windows, weights: Tensor, groups: int, count: int
) -> Iterator[tuple[blocks.Tile, slice, slice]]:
    """Each tile, the range of its positions and that of its matrices, one for each group."""
    outputs, channels, _, taps = weights.shape
    numbers = channels * taps * max(outputs, groups * count)
    for tile, at in blocks.tiles(windows.out_size, numbers):
        yield tile, at, slice(at.start * groups, at.stop * groups)


def _seen(x: Tensor, windows: Windows) -> Tensor:
    """(*out_size, G, *kernel_size, C / G, N), a view."""
    dims = len(windows.out_size)
    return windows_of(x, windows, first=0).movedim((-dims - 2, -dims - 1), (-2, -1))


def _matrices(seen: Tensor, tile: blocks.Tile) -> Tensor:
    """Of what the windows of a tile see, in one copy: (positions · G, taps · C / G, N)."""
    dims = len(tile)
    return seen[tile].flatten(dims + 1, -2).flatten(0, dims)


def conjugates(ctx: Any) -> tuple[Tensor, ...]:
    """Of the two tensors: what a gradient is multiplied by. Real ones are their own."""
    return tuple(tensor.conj().resolve_conj() for tensor in ctx.saved_tensors)


def gradients(ctx: Any, *derivatives: tuple[type[Trilinear], Tensor, Tensor]) -> Gradients:
    """The gradients of the two tensors, where they are needed, and of the windows none."""
    first, second = (
        kind.of(*tensors, ctx.windows) if needed else None
        for needed, (kind, *tensors) in zip(ctx.needs_input_grad[:2], derivatives, strict=True)
    )
    return first, second, None


def _outputs(y: Tensor) -> Tensor:
    """(positions · G, O / G, N), with the examples side by side in memory."""
    return side_by_side(y, y.ndim - 3).flatten(0, -3)
