"""How the answers of many networks to images compare with the truth, and with other answers.

Logits are (S, N, K): of S networks to N images, one for each of K classes. Every measure is (S,).
"""

from __future__ import annotations

from torch import Tensor


def accuracy(logits: Tensor, y: Tensor) -> Tensor:
    """The share of images whose class y (N,) has the greatest logit, in percent."""
    return 100 * (logits.argmax(dim=-1) == y).double().mean(dim=1)


def probability(logits: Tensor, y: Tensor) -> Tensor:
    """The mean probability, in percent, of the right classes y (N,)."""
    classes = y.expand(logits.shape[:2]).unsqueeze(-1)
    return 100 * logits.double().softmax(dim=-1).gather(-1, classes).mean(dim=(1, 2))


def alike(logits: Tensor, others: Tensor) -> Tensor:
    """The share of images that are given the same class twice, in percent."""
    return 100 * (logits.argmax(dim=-1) == others.argmax(dim=-1)).double().mean(dim=1)


def apart(logits: Tensor, others: Tensor) -> Tensor:
    """The greatest difference of a logit from the other: 0 where all are equal."""
    return (logits - others).abs().amax(dim=(1, 2))
