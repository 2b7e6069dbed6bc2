"""How far outputs are from what they should be: relative errors, in float64."""

from __future__ import annotations

from math import inf

from torch import Tensor


def relative(y: Tensor, expected: Tensor, size: float) -> float:
    """The distance of y from what was expected, in units of this size; 0 / 0 is 0, 1 / 0 infinite.

    >>> relative(torch.ones(4), torch.zeros(4), size=4.0)
    0.5
    """
    distance = norm(y.cpu().double() - expected.cpu().double())
    if distance == 0:
        return 0.0
    return distance / size if size else inf


def norm(y: Tensor) -> float:
    """‖y‖ in float64: in half precision it would overflow, and every error be 0."""
    return float(y.cpu().double().norm())
