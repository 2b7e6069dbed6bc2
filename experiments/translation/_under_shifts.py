"""What networks answer to the same images under many shifts at once, and how much it differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn.functional import one_hot, pad

from convlab.data import shift_images

from ._halving import SIDE

Shift = tuple[int, ...]  # pixels down and right


def in_the_middle(digits: Tensor) -> Tensor:
    """Digits (N, 1, 8, 8), each in the middle of a black canvas."""
    margin = (SIDE - digits.shape[-1]) // 2
    return pad(digits, (margin,) * 4)


def answers(network: Callable[[Tensor], Tensor], x: Tensor, shifts: Sequence[Shift]) -> Tensor:
    """(..., N, 1, H, W) -> (..., shifts, N, K): the logits of every image under every shift."""
    shifted = torch.cat([shift_images(x, *shift) for shift in shifts], dim=-4)
    with torch.no_grad():
        return torch.unflatten(network(shifted), -2, (len(shifts), x.shape[-4]))


def relative_changes(logits: Tensor, still: int) -> Tensor:
    """(shifts, N, K) -> (shifts,): ‖f(T x) - f(x)‖ / ‖f(x)‖; f(x) is that of shift `still`."""
    unmoved = logits[still]
    changes: Tensor = (logits - unmoved).flatten(1).norm(dim=1) / unmoved.norm()
    return changes


def consistency(logits: Tensor) -> Tensor:
    """(..., shifts, N, K) -> (...): of the pairs of shifts, the percentage with the same class.

    As Zhang (2019) measures it, but of all pairs of these shifts instead of drawn crops.
    """
    counts = one_hot(logits.argmax(dim=-1), logits.shape[-1]).double().sum(dim=-3)  # (..., N, K)
    shifts = logits.shape[-3]
    return 100 * (counts * (counts - 1)).sum(dim=-1).mean(dim=-1) / (shifts * (shifts - 1))
