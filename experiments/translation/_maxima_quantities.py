"""What `maxima` measures, and how many maxima of noise should stay. No torch."""

from __future__ import annotations

BEFORE, AFTER = "change before pooling", "change of the maxima"
THINNED = "change of every other output"
SAME = "same class (%)"
TWOS, THREES = "2 x 2 maxima unchanged (%)", "3 x 3 maxima unchanged (%)"
MEANS, RECTIFIED = "2 x 2 means unchanged (%)", "2 x 2 maxima of ReLUs unchanged (%)"


def law(k: int) -> float:
    """The percentage of k x k maxima of noise that stay when it moves by one: (k - 1) / (k + 1).

    Windows before and after share k (k - 1) of k (k + 1) values, and the largest of these is
    equally likely to be any.
    """
    return 100 * (k - 1) / (k + 1)
