"""How many seeds would decide a claim whose interval lies across a bound."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from math import ceil, floor, inf, isfinite, log10

from .prediction import Outcome, Prediction
from .sample import POSSIBLE, Sample

MOST = 20_000  # seeds that a proportion is tried with


def seeds_to_decide(sample: Sample, predicted: Prediction) -> float:
    """About how many seeds it takes until the interval lies on one side of every bound.

    An interval of n values reaches r = q · s · √(1 / n + overlap) beyond its center, see
    `intervals.mean`; that of a median shrinks likewise, without an overlap. If the center stays d
    from the bound, N values reach no farther than d where
    1 / N + overlap ≤ (d / r)² · (1 / n + overlap). Proportions have other laws near 0 and 1: of
    these, N seeds with the same shares are tried. Infinite where no N is enough: the splits of the
    same examples are too alike, or the center lies on the bound; or where nothing is known of r.
    """
    if sample.statistic in POSSIBLE:
        return _tried(sample, predicted)
    count = len(sample.values)
    most = max(_times_too_wide(sample, predicted), default=1.0)
    left = (1 / count + sample.overlap) / most**2 - sample.overlap
    return 1 / left if left > 0 else inf


def _tried(sample: Sample, predicted: Prediction) -> float:
    numbers = range(len(sample.values), MOST + 1)
    index = bisect_left(numbers, True, key=lambda number: _decides(sample, predicted, number))
    return numbers[index] if index < len(numbers) else inf


def _decides(sample: Sample, predicted: Prediction, number: int) -> bool:
    """Whether so many seeds would, with each value as often as among those of the sample."""
    values, count = sorted(sample.values), len(sample.values)
    alike = tuple(values[(2 * place + 1) * count // (2 * number)] for place in range(number))
    return predicted.judge(Sample(alike, sample.statistic)) is not Outcome.UNDECIDED


def told(seeds: float) -> str:
    """Such as `about 40 seeds would decide`: rounded up to two digits, as an estimate is."""
    if not isfinite(seeds):
        return "more seeds would not decide"
    unit = 10 ** max(floor(log10(seeds)) - 1, 0)
    return f"about {ceil(seeds / unit) * unit:,} seeds would decide"


def _times_too_wide(sample: Sample, predicted: Prediction) -> Iterator[float]:
    """How many times too far the interval reaches, for each bound that it should keep clear of."""
    center, (low, high) = sample.center, predicted.interval(sample)
    for bound in (predicted.low, predicted.high):
        reach = center - low if bound < center else high - center
        if low < bound < high or bound == center:
            yield reach / abs(center - bound) if bound != center else inf
