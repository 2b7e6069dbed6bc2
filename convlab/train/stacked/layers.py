"""What layers do once they have an axis of seeds: a form for each kind, in one table.

A form takes the layer, its weights (S, ...), and examples: (S, N, ...) if each seed has its `own`,
else (N, ...) that all share. It returns (S, N, ...), or what all share if there are no weights.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear as apply_linear

from ...layers import Exp, Log, Square
from .by_vmap import by_vmap
from .convolutions import convolution, pooling
from .states import State

Form = Callable[[Any, State, Tensor, bool], Tensor]


def form_of(layer: nn.Module) -> Form:
    """The form of a layer: by hand where the table has its kind, else by `vmap`."""
    return by_vmap if is_altered(layer) else FORMS.get(type(layer), by_vmap)


def is_altered(layer: nn.Module) -> bool:
    """Whether a call does more than the forward function of the class, or returns a pair."""
    hooks = layer._forward_hooks, layer._forward_pre_hooks, layer._backward_hooks
    return any(hooks) or "forward" in vars(layer) or getattr(layer, "return_indices", False)


def elementwise(layer: nn.Module, weights: State, x: Tensor, own: bool) -> Tensor:
    output: Tensor = layer(x)
    return output


def flatten(layer: nn.Flatten, weights: State, x: Tensor, own: bool) -> Tensor:
    first, last = (axis + own if axis >= 0 else axis for axis in (layer.start_dim, layer.end_dim))
    return x.flatten(first, last)


def linear(layer: nn.Linear, weights: State, x: Tensor, own: bool) -> Tensor:
    """(S, N, I) to (S, N, O) by a batch of products; (N, I) by one, with S times the outputs."""
    weight, bias = weights["weight"], weights.get("bias")
    if x.ndim - own < 2:
        return by_vmap(layer, weights, x, own)
    if not own:
        outputs = apply_linear(x, weight.flatten(0, 1), None if bias is None else bias.flatten())
        return torch.unflatten(outputs, -1, weight.shape[:2]).movedim(-2, 0)
    rows = x.flatten(1, -2)
    if bias is None:
        outputs = torch.bmm(rows, weight.mT)
    else:
        outputs = torch.baddbmm(bias[:, None], rows, weight.mT)
    return torch.unflatten(outputs, 1, x.shape[1:-1])


ELEMENTWISE = (
    *(nn.ReLU, nn.LeakyReLU, nn.ELU, nn.SiLU, nn.GELU, nn.Softplus, nn.Sigmoid, nn.Tanh),
    *(nn.Identity, Exp, Log, Square),
)
POOLING = {
    2: (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveMaxPool2d, nn.AdaptiveAvgPool2d),
    3: (nn.MaxPool3d, nn.AvgPool3d, nn.AdaptiveMaxPool3d, nn.AdaptiveAvgPool3d),
}
FORMS: dict[type[nn.Module], Form] = {
    nn.Flatten: flatten,
    nn.Linear: linear,
    **dict.fromkeys((nn.Conv1d, nn.Conv2d, nn.Conv3d), convolution),
    **dict.fromkeys(ELEMENTWISE, elementwise),
    **{kind: partial(pooling, dims) for dims, kinds in POOLING.items() for kind in kinds},
}
