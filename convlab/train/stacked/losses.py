"""The loss of each of many networks: by hand for the usual ones, by `vmap` for any other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.func import vmap
from torch.nn.functional import cross_entropy, mse_loss

Loss = Callable[[Tensor, Tensor], Tensor]
Losses = Callable[[Tensor, Tensor, bool], Tensor]
IGNORED = -100  # the class of examples that cross_entropy leaves out


def losses_of(loss: Loss) -> Losses:
    """The function from outputs (S, N, ...) and targets to the losses (S,).

    Targets are (S, N, ...) if each seed has its `own`, else (N, ...).
    """

    def losses(outputs: Tensor, y: Tensor, own: bool) -> Tensor:
        targets = y if own else y.expand(len(outputs), *y.shape)
        fits, by_hand = BY_HAND[loss] if has_form(loss) else (_never_fits, loss)
        if fits(outputs, targets):
            return by_hand(outputs, targets)
        return vmap(loss, in_dims=(0, 0 if own else None))(outputs, y)

    return losses


def has_form(loss: Loss) -> bool:
    """Whether there is a form by hand, for outputs and targets that fit."""
    return loss in BY_HAND


def norm(out: Tensor, target: Tensor) -> Tensor:
    """The loss torch.norm(out - target, p=2): neither squared nor averaged."""
    distance: Tensor = torch.linalg.vector_norm(out - target)
    return distance


def _cross_entropies(scores: Tensor, y: Tensor) -> Tensor:
    """Five times as fast with the classes before the examples as one row of classes at a time."""
    of_each = cross_entropy(scores.mT, y, ignore_index=IGNORED, reduction="none")
    return of_each.sum(dim=1) / (y != IGNORED).sum(dim=1)


def _mean_squares(outputs: Tensor, y: Tensor) -> Tensor:
    return mse_loss(outputs, y, reduction="none").flatten(1).mean(dim=1)


def _norms(outputs: Tensor, y: Tensor) -> Tensor:
    norms: Tensor = _Norms.apply(outputs, y)  # type: ignore[no-untyped-call]
    return norms


class _Norms(Function):
    """‖outputs - y‖ of each seed: of the same value and gradient as torch's, in half the passes.

    Its gradient is (outputs - y) / ‖outputs - y‖, and 0 where that is 0 / 0. With torch's own, a
    step of 20 seeds on the 100 x 100 scene takes 1.17 times as long: see docs/measured.md.
    """

    @staticmethod
    def forward(ctx: Any, outputs: Tensor, y: Tensor) -> Tensor:
        differences = outputs - y
        norms: Tensor = torch.linalg.vector_norm(differences.flatten(1), dim=1)
        ctx.save_for_backward(differences, norms)
        return norms

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradients: Tensor) -> tuple[Tensor, None]:
        differences, norms = ctx.saved_tensors
        scales = (gradients / norms).masked_fill(norms == 0, 0)
        return differences * scales.view(-1, *[1] * (differences.ndim - 1)), None


def _never_fits(outputs: Tensor, y: Tensor) -> bool:
    return False


def _are_scores_and_classes(scores: Tensor, y: Tensor) -> bool:
    """Whether these are scores (S, N, K) and classes (S, N)."""
    return scores.ndim == 3 and y.ndim == 2


def _have_the_same_shape(outputs: Tensor, y: Tensor) -> bool:
    return outputs.shape == y.shape


BY_HAND: dict[Loss, tuple[Callable[[Tensor, Tensor], bool], Loss]] = {
    cross_entropy: (_are_scores_and_classes, _cross_entropies),
    mse_loss: (_have_the_same_shape, _mean_squares),
    norm: (_have_the_same_shape, _norms),
}
