"""The laws of blurring and sharpening white noise. No torch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WIDTHS = (2, 3, 4, 5)  # of the kernels, in pixels
BLURRED, SHARPENED = "blurred", "sharpened"


def weights_squared(arm: str, k: int) -> float:
    """The share of the variance of white noise that is left: the sum of the squared weights.

    >>> weights_squared("blurred", 5), weights_squared("sharpened", 2)
    (0.04, 3.25)
    """
    return 1 / k**2 if arm == BLURRED else 4 - 3 / k**2


def standard_error(arm: str, k: int, side: int, seeds: int) -> float:
    """Of the mean variance of so many maps over its law: neighbours in a map are correlated.

    The variance of N correlated normal numbers has a relative variance of 2 Σ ρ² / N.
    """
    power = np.abs(np.fft.fft2(weights(arm, k), (2 * k, 2 * k))) ** 2
    correlation = np.fft.ifft2(power).real
    correlation /= correlation[0, 0]
    pixels = (side - k + 1) ** 2
    return float(np.sqrt(2 * (correlation**2).sum() / (pixels * seeds)))


def weights(arm: str, k: int) -> NDArray[np.float64]:
    """The kernel: the mean of k x k pixels, or twice the middle one less that mean."""
    mean = np.full((k, k), 1 / k**2)
    if arm == BLURRED:
        return mean
    sharp = -mean
    sharp[k // 2, k // 2] += 2
    return sharp
