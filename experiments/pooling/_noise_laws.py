"""What pooling makes of white noise by theory: mean and variance of its outputs; no torch."""

from __future__ import annotations

from math import erf, exp, fsum, pi, sqrt

from ._pooled import AVERAGE, MAX

FARTHEST, STEPS = 9.0, 4000  # standard deviations; the rule of midpoints is exact to 1e-12 here
KURTOSIS = 3.5  # above that of the maximum of 4, 9 or 16 normal numbers, and of their mean (3)


def moments(arm: str, k: int) -> tuple[float, float]:
    """Mean and variance of what an arm makes of k x k independent pixels of N(0, 1)."""
    if arm == MAX:
        return _of_maximum(k * k)
    return 0.0, 1 / k**2 if arm == AVERAGE else 1.0


def _of_maximum(count: int) -> tuple[float, float]:
    """Of the largest of `count` numbers, whose density is count phi Phi^(count - 1)."""
    step = 2 * FARTHEST / STEPS
    places = [(i + 0.5) * step - FARTHEST for i in range(STEPS)]
    weights = [step * count * _density(x) * _below(x) ** (count - 1) for x in places]
    mean = fsum(w * x for w, x in zip(weights, places, strict=True))
    return mean, fsum(w * (x - mean) ** 2 for w, x in zip(weights, places, strict=True))


def _density(x: float) -> float:
    return exp(-(x**2) / 2) / sqrt(2 * pi)


def _below(x: float) -> float:
    return (1 + erf(x / sqrt(2))) / 2


def standard_error(side: int, seeds: int, k: int) -> float:
    """That of the variance of so many pooled windows, as a share of the variance; none overlap."""
    return sqrt((KURTOSIS - 1) / (seeds * (side // k) ** 2))
