"""The loss of each of many networks: by hand for the usual ones, by `vmap` for any other."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.func import vmap
from torch.nn.functional import cross_entropy, mse_loss

from ..probes.products import norm

Loss = Callable[[Tensor, Tensor], Tensor]
Losses = Callable[[Tensor, Tensor, bool], Tensor]
IGNORED = -100  # the class of examples that cross_entropy leaves out


def losses_of(loss: Loss) -> Losses:
    """The function from outputs (S, N, ...) and targets to the losses (S,).

    Targets are (S, N, ...) if each seed has its `own`, else (N, ...).
    """

    def losses(outputs: Tensor, y: Tensor, own: bool) -> Tensor:
        targets = y if own else y.expand(len(outputs), *y.shape)
        fits, by_hand = BY_HAND.get(loss, (_never, loss))
        if fits(outputs, targets):
            return by_hand(outputs, targets)
        return vmap(loss, in_dims=(0, 0 if own else None))(outputs, y)

    return losses


def _cross_entropies(scores: Tensor, y: Tensor) -> Tensor:
    """Five times as fast with the classes before the examples as one row of classes at a time."""
    of_each = cross_entropy(scores.mT, y, ignore_index=IGNORED, reduction="none")
    return of_each.sum(dim=1) / (y != IGNORED).sum(dim=1)


def _mean_squares(outputs: Tensor, y: Tensor) -> Tensor:
    return mse_loss(outputs, y, reduction="none").flatten(1).mean(dim=1)


def _norms(outputs: Tensor, y: Tensor) -> Tensor:
    distances: Tensor = torch.linalg.vector_norm((outputs - y).flatten(1), dim=1)
    return distances


def _never(outputs: Tensor, y: Tensor) -> bool:
    return False


def _classes(scores: Tensor, y: Tensor) -> bool:
    """Whether these are scores (S, N, K) and classes (S, N)."""
    return scores.ndim == 3 and y.ndim == 2


def _alike(outputs: Tensor, y: Tensor) -> bool:
    return outputs.shape == y.shape


BY_HAND: dict[Loss, tuple[Callable[[Tensor, Tensor], bool], Loss]] = {
    cross_entropy: (_classes, _cross_entropies),
    mse_loss: (_alike, _mean_squares),
    norm: (_alike, _norms),
}
