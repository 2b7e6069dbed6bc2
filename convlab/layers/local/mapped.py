"""Torch's older map over a batch, which asks no autograd.Function for its rule.

`torch.autograd.grad(…, is_grads_batched=True)` and the vectorized Jacobians of
`torch.autograd.functional` run on it; `torch.func.vmap` does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor
from torch._C import _functorch

Rule = Callable[[Any, tuple[int | None, ...], Sequence[Tensor]], tuple[Tensor, int]]


def is_mapped(tensors: Sequence[Tensor]) -> bool:
    """Whether one of them has an axis that the older map hides."""
    return any(map(_functorch.is_legacy_batchedtensor, tensors))


def mapped(rule: Rule, tensors: Sequence[Tensor]) -> Tensor:
    """What a rule, as of an autograd.Function, makes of the tensors with the axis in front."""
    level = torch._C._vmapmode_increment_nesting() - 1  # nothing else tells it
    torch._C._vmapmode_decrement_nesting()
    dims = tuple(0 if is_mapped([tensor]) else None for tensor in tensors)
    shown = [
        tensor if dim is None else torch._remove_batch_dim(tensor, level, 0, 0)
        for tensor, dim in zip(tensors, dims, strict=True)
    ]
    size = next(len(tensor) for tensor, dim in zip(shown, dims, strict=True) if dim == 0)
    y, axis = rule(SimpleNamespace(batch_size=size), dims, shown)
    hidden: Tensor = torch._add_batch_dim(_outermost(y, axis), axis, level)
    return hidden


def _outermost(y: Tensor, axis: int) -> Tensor:
    """The same y with this axis outermost in memory: what is left lies as without a map.

    In forward mode torch takes no tangent that lies in another way than its output.
    """
    strides = y.stride()
    order = sorted(range(y.ndim), key=lambda other: (other != axis, -strides[other]))
    back = sorted(range(y.ndim), key=order.__getitem__)
    return y.permute(order).contiguous().permute(back)
