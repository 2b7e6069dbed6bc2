"""Intervals of one value per seed: by ranks, by Student's t, and of shares by their counts.

A seed that diverged has the value NaN. It could have been anything, so it counts as the least
value for the low end of an interval and as the greatest for the high end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import frexp, inf, isfinite, isnan, sqrt

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
EQUIVALENCE = 0.90  # two one-sided tests of 5 % each
FEWEST_SEEDS = 6  # five values bound a median with 94 % only
NARROW = 2.0**-20  # of the largest value: so small a spread would be lost to rounding

Interval = tuple[float, float]
Values = Sequence[float]


def interval(
    statistic: str, values: Values, confidence: float = CONFIDENCE, overlap: float = 0.0
) -> Interval:
    """The interval of that statistic; `overlap` widens that of a mean, see `mean`."""
    if statistic == "mean":
        return mean(values, confidence, overlap)
    return INTERVALS[statistic](values, confidence)


def median(values: Values, confidence: float = CONFIDENCE) -> Interval:
    """The interval of the median by order statistics: no distribution is assumed."""
    low, high = _ranks(len(values), confidence)
    least, most = sorted(_filled(values, -inf).tolist()), sorted(_filled(values, inf).tolist())
    return [-inf, *least][low], [*most, inf][high - 1]


@cache
def _ranks(count: int, confidence: float) -> tuple[int, int]:
    """Of the values that bound a median, from 1 on; 0 and count + 1 where none is far enough."""
    from scipy.stats import quantile_test

    found = quantile_test(np.arange(count) + 1, p=0.5).confidence_interval(confidence)
    low, high = float(found.low), float(found.high)
    return (
        int(low) if isfinite(low) else 0,
        int(high) if isfinite(high) else count + 1,
    )


def mean(values: Values, confidence: float = CONFIDENCE, overlap: float = 0.0) -> Interval:
    """Student's t: mean ± t · s · √(1 / n + overlap), with n - 1 degrees of freedom.

    `overlap` is the number of test examples per training example where the seeds split the same
    examples: their values are correlated, and this is the corrected resampled t of Nadeau &
    Bengio (2003). Where seeds draw examples of their own it is 0, the ordinary t.
    """
    from scipy.stats import t as student

    if not np.all(np.isfinite(values)):
        return -inf, inf
    if min(values) == max(values):  # no spread: as far as these seeds can tell, no error
        return values[0], values[0]
    scaled, unit, origin = _scaled(values)
    quantile = student.ppf((1 + confidence) / 2, len(values) - 1)
    reach = float(quantile * scaled.std(ddof=1)) * sqrt(1 / len(values) + overlap)
    middle = float(scaled.mean())
    return (middle - reach) * unit + origin, (middle + reach) * unit + origin


def proportion(values: Values, confidence: float = CONFIDENCE) -> Interval:
    """Wilson's interval of the proportion of ones."""
    fewest, most = (int((_filled(values, lost) == 1).sum()) for lost in (0, 1))
    count = len(values)
    return _wilson(fewest, count, confidence)[0], _wilson(most, count, confidence)[1]


@cache
def _wilson(successes: int, count: int, confidence: float) -> Interval:
    from scipy.stats import binomtest

    found = binomtest(successes, count).proportion_ci(confidence, method="wilson")
    return float(found.low), float(found.high)


def difference(values: Values, confidence: float = CONFIDENCE) -> Interval:
    """That of a paired difference of proportions, from its values -1, 0 and 1 of each seed.

    By Bonett & Price (2012): Wald's, with one seed more on either side. It needs the differences
    alone, where Newcombe's needs both proportions as well, and Student's t would be a single
    point where all seeds agree.
    """
    from scipy.stats import norm

    def bounds(diverged: float) -> Interval:
        filled = _filled(values, diverged)
        seeds = len(filled) + 2
        more, less = ((float((filled == sign).sum()) + 1) / seeds for sign in (1, -1))
        error = sqrt((more + less - (more - less) ** 2) / seeds)
        reach = float(norm.ppf((1 + confidence) / 2)) * error
        return max(more - less - reach, -1.0), min(more - less + reach, 1.0)

    return bounds(-1)[0], bounds(1)[1]


INTERVALS: dict[str, Callable[[Values, float], Interval]] = {
    "median": median,
    "mean": mean,
    "proportion": proportion,
    "difference": difference,
}


def _filled(values: Values, diverged: float) -> NDArray[np.float64]:
    """The values, and this one for each seed that diverged."""
    return np.array([diverged if isnan(value) else value for value in values])


def _scaled(values: Values) -> tuple[NDArray[np.float64], float, float]:
    """The values as `scaled * unit + origin`, where `scaled` is of the size of one.

    So no square or cube of them underflows or overflows. The unit is a power of two and the
    origin 0, so that nothing is rounded, unless the values are nearly equal.
    """
    array = np.asarray(values, dtype=np.float64)
    origin = float(array.min()) if np.ptp(array / 2) < NARROW * np.abs(array).max() else 0.0
    exponent = frexp(np.abs(array - origin).max())[1] - 1
    return np.ldexp(array - origin, -exponent), 2.0**exponent, origin
