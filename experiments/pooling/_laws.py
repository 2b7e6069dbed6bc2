"""What theory says of windows over noise that moves by a pixel; no torch."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from ._pooled import WIDTHS


def law_of_noise(k: int) -> float:
    """The share of k x k windows that keep the maximum of independent pixels.

    The k + 1 columns of both windows are as likely to have the greatest pixel; k - 1 are common.
    """
    return (k - 1) / (k + 1)


def standard_error(side: int, seeds: int, widths: Sequence[int] = WIDTHS) -> float:
    """That of the mean share over draws of noise (side, side), of the width of the greatest.

    As of N pairs of windows that are independent: p (1 - p) / N is the variance of their share.
    Windows overlap, and share the greatest pixels out among them, so that it varies less: by
    simulation (tests hold it) 0.5 to 0.8 times as much for these widths.
    """

    def variance(k: int) -> float:
        law, pairs = law_of_noise(k), (side - k + 1) * (side - k)
        return law * (1 - law) / pairs

    return sqrt(max(map(variance, widths)) / seeds)
