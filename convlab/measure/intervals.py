"""95 % intervals and equivalence tests for one value per seed, by scipy's own procedures.

A seed that diverged has the value NaN. It could have been anything, so it counts as the least
value for the low end of an interval and as the greatest for the high end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import frexp, inf, isnan, sqrt

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
FEWEST_SEEDS = 6  # five values bound a median with 94 % only, and resample to too little
NARROW = 2.0**-20  # of the largest value: so small a spread would be lost to rounding

Interval = tuple[float, float]
Values = Sequence[float]


def median(values: Values) -> Interval:
    """The interval of the median by order statistics: no distribution is assumed."""
    from scipy.stats import quantile_test

    def bounds(diverged: float) -> Interval:
        filled = np.array([diverged if isnan(value) else value for value in values])
        interval = quantile_test(filled, p=0.5).confidence_interval(CONFIDENCE)
        return float(interval.low), float(interval.high)

    return bounds(-inf)[0], bounds(inf)[1]


def mean(values: Values) -> Interval:
    """The interval of the mean by the bias-corrected and accelerated bootstrap."""
    from scipy.stats import bootstrap

    if not np.all(np.isfinite(values)):
        return -inf, inf
    if min(values) == max(values):  # nothing to resample, and the acceleration is 0 / 0
        return values[0], values[0]
    scaled, unit, origin = _scaled(values)
    interval = bootstrap(
        (scaled,), np.mean, confidence_level=CONFIDENCE, n_resamples=10_000, rng=0
    ).confidence_interval
    ends = np.clip([interval.low, interval.high], scaled.min(), scaled.max())
    low, high = np.clip(ends * unit + origin, min(values), max(values)).tolist()
    return low, high


def proportion(values: Values) -> Interval:
    """Wilson's interval of the proportion of ones; a diverged seed is not a success."""
    from scipy.stats import binomtest

    successes = sum(value == 1 for value in values)
    interval = binomtest(successes, len(values)).proportion_ci(CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)


INTERVALS: dict[str, Callable[[Values], Interval]] = {
    "median": median,
    "mean": mean,
    "proportion": proportion,
}


def equivalent(values: Values, target: float, margin: float) -> bool:
    """Whether two one-sided t-tests place the mean within `target` ± `margin` (TOST, 5 %)."""
    from scipy.stats import t as student

    if not np.all(np.isfinite(values)):
        return False
    if min(values) == max(values):  # no spread: the test statistic is infinite
        return abs(values[0] - target) < margin
    scaled, unit, origin = _scaled(values)
    error = scaled.std(ddof=1) / sqrt(len(values))
    reach = student.ppf(CONFIDENCE, len(values) - 1) * error
    low, high = ((bound - origin) / unit for bound in (target - margin, target + margin))
    return bool(low < scaled.mean() - reach and scaled.mean() + reach < high)


def _scaled(values: Values) -> tuple[NDArray[np.float64], float, float]:
    """The values as `scaled * unit + origin`, where `scaled` is of the size of one.

    So no square or cube of them underflows or overflows. The unit is a power of two and the
    origin 0, so that nothing is rounded, unless the values are nearly equal.
    """
    array = np.asarray(values, dtype=np.float64)
    origin = float(array.min()) if np.ptp(array / 2) < NARROW * np.abs(array).max() else 0.0
    exponent = frexp(np.abs(array - origin).max())[1] - 1
    return np.ldexp(array - origin, -exponent), 2.0**exponent, origin
