"""Axes in another order, in memory too: users see theirs, and the products see theirs.

What that costs stands in docs/measured.md. The copy is made anew at each call: one that is kept
would be wrong once a weight is changed through its `data`, of which torch leaves no sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from torch import Tensor
from torch.autograd import Function

PART = 2**18  # numbers turned at a time: a megabyte in float32, which stays in the cache


def positions_first(weight: Tensor, dims: int) -> Tensor:
    """(O, C / groups, *out_size, *kernel_size) to (*out_size, O, *kernel_size, C / groups).

    Each kernel then lies by itself, and its rows as what a window sees of a line.
    """
    return turned(weight, (*range(2, 2 + dims), 0, *range(2 + dims, 2 + 2 * dims), 1))


def usual_order(y: Tensor, x: Tensor) -> Tensor:
    """The same outputs (N, O, ...) contiguous, or channels-last as the inputs x: as torch does."""
    if is_channels_last(x):
        return y.movedim(1, -1).contiguous().movedim(-1, 1)
    return y.contiguous()


def is_channels_last(x: Tensor) -> bool:
    """Whether images or volumes (N, C, ...) lie pixel after pixel, and in no other way."""
    strides = x.movedim(1, -1).stride()
    last = x.ndim > 3 and strides[-1] == 1 and not x.is_contiguous()
    return last and list(strides) == sorted(strides, reverse=True)


def turned(x: Tensor, axes: Sequence[int]) -> Tensor:
    """`x.permute(axes)`, contiguous; its gradient is contiguous in the order of x."""
    y: Tensor = _Turned.apply(x, tuple(axes))  # type: ignore[no-untyped-call]  # torch's own
    return y


class _Turned(Function):
    @staticmethod
    def forward(x: Tensor, axes: tuple[int, ...]) -> Tensor:
        return _copied(x.permute(axes))

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


def _copied(x: Tensor) -> Tensor:
    """Contiguous: copied in parts that stay in the cache, along what lies outermost in x."""
    y, strides = x.new_empty(x.shape), x.stride()
    along = strides.index(max(strides))
    parts = max(1, min(ceil(x.numel() / PART), x.shape[along]))
    for to, of in zip(y.chunk(parts, along), x.chunk(parts, along), strict=True):
        to.copy_(of)
    return y
