"""Any layer, for many seeds at once: the reference for the forms by hand, and their fallback."""

from __future__ import annotations

from functools import partial

from torch import Tensor, nn
from torch.func import functional_call, vmap

from .states import State


def by_vmap(layer: nn.Module, weights: State, x: Tensor, own: bool) -> Tensor:
    """`layer` with the weights (S, ...) on (S, N, ...) if each seed has its `own`, or on (N, ...).

    What has no weights does to examples that all share the same for all.
    """
    if not (weights or own):
        return _call(layer, weights, x)
    outputs: Tensor = vmap(partial(_call, layer), in_dims=(0, 0 if own else None))(weights, x)
    return outputs


def _call(layer: nn.Module, weights: State, x: Tensor) -> Tensor:
    output: Tensor = functional_call(layer, weights, (x,))
    return output
