"""How the answers of many networks to images compare with the truth, and with other answers.

Logits are (S, N, K): of S networks to N images, one for each of K classes. The right classes are
(N,), or (S, N) where each network has images of its own. Every measure is (S,).
"""

from __future__ import annotations

from torch import Tensor


def accuracy(logits: Tensor, y: Tensor) -> Tensor:
    """The share of images whose class y has the greatest logit, in percent."""
    return 100 * (logits.argmax(dim=-1) == y).double().mean(dim=1)


def probability_change(logits: Tensor, others: Tensor, y: Tensor) -> Tensor:
    """By how many percentage points the probability of the right class y differs, on average.

    The mean of |Δp| over the images: what one gains does not cancel what another loses.
    """
    classes = y.expand(logits.shape[:2]).unsqueeze(-1)
    one, other = (each.double().softmax(dim=-1).gather(-1, classes) for each in (logits, others))
    return 100 * (one - other).abs().mean(dim=(1, 2))


def alike(logits: Tensor, others: Tensor) -> Tensor:
    """The share of images that are given the same class twice, in percent."""
    return 100 * (logits.argmax(dim=-1) == others.argmax(dim=-1)).double().mean(dim=1)


def apart(logits: Tensor, others: Tensor) -> Tensor:
    """The greatest difference of a logit from the other: 0 where all are equal."""
    return (logits - others).abs().amax(dim=(1, 2))
