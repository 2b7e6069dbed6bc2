"""What networks answer to pairs of images, in sums that do not depend on their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

AT_ONCE = 64  # images, which all the networks see together


def dyadic(state: Mapping[str, Tensor], parts: int = 256) -> dict[str, Tensor]:
    """The weights as the nearest multiples of 1 / `parts`, in float64 and on the CPU.

    If `parts` is a power of two, and pixels are multiples of 1/64, float64 holds every sum of a
    few layers without rounding it, and equal logits are equal to the last bit.
    """
    return {name: (parts * w.cpu().double()).round() / parts for name, w in state.items()}


def logits(predict: Callable[[Tensor], Tensor], pairs: Tensor) -> Tensor:
    """(S, 2, N, K) in float64 of S networks that `predict`, for pairs (2, N, ...)."""
    images = pairs.flatten(0, 1).double()
    answers = torch.cat([predict(part) for part in torch.split(images, AT_ONCE)], dim=1)
    return torch.unflatten(answers, 1, pairs.shape[:2])


def accuracy(logits: Tensor) -> Tensor:
    """Right answers (S,) in percent, where firsts are of class 0 and seconds of class 1."""
    right = logits.argmax(-1) == torch.tensor([[0], [1]])
    return 100 * right.double().mean((1, 2))


def apart(logits: Tensor) -> float:
    """The greatest difference within any pair: 0 if no network can tell one from the other."""
    return float((logits[:, 0] - logits[:, 1]).abs().max())
