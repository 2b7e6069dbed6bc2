"""95 % intervals and equivalence tests for one value per seed, by scipy's own procedures.

A seed that diverged has the value NaN. It could have been anything, so it counts as the least
value for the low end of an interval and as the greatest for the high end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, isnan

import numpy as np

CONFIDENCE = 0.95
FEWEST_SEEDS = 6  # five values bound a median with 94 % only, and resample to too little

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
    interval = bootstrap(
        (np.asarray(values),), np.mean, confidence_level=CONFIDENCE, n_resamples=10_000, rng=0
    ).confidence_interval
    return float(interval.low), float(interval.high)


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
    from scipy.stats import ttest_1samp

    if not np.all(np.isfinite(values)):
        return False
    if min(values) == max(values):  # no spread: the test statistic is infinite
        return abs(values[0] - target) < margin
    above = ttest_1samp(values, target - margin, alternative="greater").pvalue
    below = ttest_1samp(values, target + margin, alternative="less").pvalue
    return bool(max(above, below) < 1 - CONFIDENCE)
