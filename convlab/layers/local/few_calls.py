"""The trilinear form where calls are dear: all positions at once, in the order of the user.

As `trilinear`, with x (N, C, *in_size), w (O, C / G, *out_size, *kernel_size) and y (N, O,
*out_size), as a user has them. A way is three functions, of the output and of the two gradients;
how they compute is theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.autograd import Function, forward_ad

from ..windows import Windows
from .mapped import is_mapped
from .trilinear import Gradients, Trilinear, conjugates, gradients

Product = Callable[[Tensor, Tensor, Windows, int], Tensor]


@dataclass(frozen=True)
class Way:
    """The functions y of x and w, x of w and y, w of x and y, all contiguous."""

    output: Product
    input_gradient: Product
    weight_gradient: Product


@dataclass(frozen=True)
class Layer:
    """What a product is made of beside its two tensors."""

    windows: Windows
    groups: int
    way: Way


def product(x: Tensor, weight: Tensor, windows: Windows, groups: int, way: Way) -> Tensor:
    """(N, C, *in_size) and (O, C / G, *out_size, *kernel_size) to (N, O, *out_size)."""
    return Output.of(x, weight, Layer(windows, groups, way))


class Folded(Trilinear):
    """Seeds as groups: no number moves."""

    seeds: ClassVar[tuple[int, int, int]]  # the axis of each tensor, and of the result

    @classmethod
    def of(cls, *inputs: Any) -> Tensor:
        """As ever, but that torch's preparations are left out where nothing needs them.

        They take as long as three launches: 40 µs to bind the arguments of each call.
        """
        if torch._C._are_functorch_transforms_active() or is_mapped(inputs[:2]):
            return super().of(*inputs)
        if torch.is_grad_enabled() or forward_ad._current_level >= 0:
            derivative: Tensor = super(Function, cls).apply(*inputs)  # type: ignore[misc]
            return derivative
        computed: Tensor = cls.forward(*inputs)
        return computed

    @classmethod
    def vmap(cls, info: Any, in_dims: tuple[int | None, ...], *inputs: Any) -> tuple[Tensor, int]:
        *tensors, layer = inputs
        *axes, axis = cls.seeds
        folded = [
            _folded(tensor, dim, info.batch_size, at)
            for tensor, dim, at in zip(tensors, in_dims, axes, strict=False)
        ]
        result = cls.of(*folded, Layer(layer.windows, layer.groups * info.batch_size, layer.way))
        return torch.unflatten(result, axis, (info.batch_size, -1)), axis


class Output(Folded):
    """∂t/∂y, of x and w."""

    seeds = 1, 0, 1

    @staticmethod
    def forward(x: Tensor, w: Tensor, layer: Layer) -> Tensor:
        return layer.way.output(x.contiguous(), w.contiguous(), layer.windows, layer.groups)

    @staticmethod
    def backward(ctx: Any, y: Tensor) -> Gradients:
        x, w = _conjugates(ctx)
        return gradients(ctx, (InputGradient, w, y), (WeightGradient, x, y))


class InputGradient(Folded):
    """∂t/∂x, of w and y."""

    seeds = 0, 1, 1

    @staticmethod
    def forward(w: Tensor, y: Tensor, layer: Layer) -> Tensor:
        tensors = w.contiguous(), y.contiguous()
        return layer.way.input_gradient(*tensors, layer.windows, layer.groups)

    @staticmethod
    def backward(ctx: Any, x: Tensor) -> Gradients:
        w, y = _conjugates(ctx)
        return gradients(ctx, (WeightGradient, x, y), (Output, x, w))


class WeightGradient(Folded):
    """∂t/∂w, of x and y."""

    seeds = 1, 1, 0

    @staticmethod
    def forward(x: Tensor, y: Tensor, layer: Layer) -> Tensor:
        tensors = x.contiguous(), y.contiguous()
        return layer.way.weight_gradient(*tensors, layer.windows, layer.groups)

    @staticmethod
    def backward(ctx: Any, w: Tensor) -> Gradients:
        x, y = _conjugates(ctx)
        return gradients(ctx, (InputGradient, w, y), (Output, x, w))


def _conjugates(ctx: Any) -> tuple[Tensor, ...]:
    """Of the two tensors: what a gradient is multiplied by."""
    tensors: tuple[Tensor, ...] = ctx.saved_tensors
    return conjugates(ctx) if tensors[0].is_complex() else tensors


def _folded(tensor: Tensor, dim: int | None, seeds: int, axis: int) -> Tensor:
    """With its seeds before the channels, in one axis with them."""
    each = tensor.expand(seeds, *tensor.shape) if dim is None else tensor.movedim(dim, 0)
    return each.movedim(0, axis).flatten(axis, axis + 1)
