"""Axes in another order, in memory too: what users see in their order, and products in theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor, contiguous_format
from torch.autograd import Function


def turned(x: Tensor, axes: Sequence[int]) -> Tensor:
    """`x.permute(axes)`, contiguous; its gradient is contiguous in the order of x."""
    y: Tensor = _Turned.apply(x, tuple(axes))  # type: ignore[no-untyped-call]  # torch's own
    return y


def usual_order(y: Tensor, x: Tensor) -> Tensor:
    """The same outputs (N, O, ...) contiguous, or channels-last as the inputs x: as torch does."""
    if is_channels_last(x):
        return turned(y, (0, *range(2, y.ndim), 1)).movedim(-1, 1)
    return turned(y, range(y.ndim))


def is_channels_last(x: Tensor) -> bool:
    """Whether images or volumes (N, C, ...) lie pixel after pixel: in no other way at once."""
    strides = x.movedim(1, -1).stride()
    last = x.ndim > 3 and strides[-1] == 1 and not x.is_contiguous()
    return last and list(strides) == sorted(strides, reverse=True)


class _Turned(Function):
    @staticmethod
    def forward(x: Tensor, axes: tuple[int, ...]) -> Tensor:
        return x.permute(axes).clone(memory_format=contiguous_format)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.axes = inputs[1]

    @staticmethod
    def backward(ctx: Any, y: Tensor) -> tuple[Tensor, None]:
        return turned(y, sorted(range(y.ndim), key=ctx.axes.__getitem__)), None

    @staticmethod
    def jvp(ctx: Any, x: Tensor, _: None) -> Tensor:
        return turned(x, ctx.axes)

    @staticmethod
    def vmap(
        info: Any, in_dims: tuple[int, None], x: Tensor, axes: tuple[int, ...]
    ) -> tuple[Tensor, int]:
        """Seeds stay in front of all else."""
        return turned(x.movedim(in_dims[0], 0), (0, *(axis + 1 for axis in axes))), 0
