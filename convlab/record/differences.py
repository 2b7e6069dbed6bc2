"""How much more a quantity is in one run than in another, with the interval that this allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import inf, isfinite, sqrt

from ..measure import Measurements, Quantity, Sample, paired
from ..measure.intervals import CONFIDENCE, FEWEST_SEEDS

Firsts = tuple[int, int]  # the first seed of either run


@dataclass(frozen=True)
class Difference:
    """The other less the one; without an interval `low` and `high` are infinite."""

    center: float
    low: float
    high: float
    how: str  # it was found; or why there is no interval


def difference(one: Sample, other: Sample, firsts: Firsts) -> Difference:
    """Seed by seed where both runs have enough seeds in common, else between independent ones.

    Means then have Welch's interval and proportions Newcombe's; medians have none.
    """
    if one.exact or other.exact:
        return _of(_paired(one, other), "exact" if one.exact and other.exact else "seed by seed")
    if one.statistic != other.statistic:
        return _bare(one, other, f"a {one.statistic} and a {other.statistic}")
    if "repeats" in (one.varies, other.varies):
        return _bare(one, other, "times of two runs do not compare")
    common = _common(one, other, firsts)
    if common:
        seeds = f", {common[0].count}" if common != (one, other) else ""
        return _of(_paired(*common), f"seed by seed{seeds}")
    return _independent(one, other)


def _common(one: Sample, other: Sample, firsts: Firsts) -> tuple[Sample, Sample] | None:
    """Both samples at the seeds that both have; none if these are too few for an interval."""
    start = max(firsts)
    stop = min(first + len(s.values) for first, s in zip(firsts, (one, other), strict=True))
    if stop - start < min(FEWEST_SEEDS, len(one.values), len(other.values)):
        return None
    cut = [
        replace(sample, values=sample.values[start - first : stop - first])
        for first, sample in zip(firsts, (one, other), strict=True)
    ]
    return cut[0], cut[1]


def _paired(one: Sample, other: Sample) -> Sample:
    """The difference of each seed, as `measure.paired` has it."""
    less, more = (Quantity("", partial(_given, sample)) for sample in (one, other))
    return paired(more, less)(Measurements())


def _given(sample: Sample, measurements: Measurements) -> Sample:
    return sample


def _of(sample: Sample, how: str) -> Difference:
    low, high = sample.interval
    few = not sample.exact and len(sample.values) < FEWEST_SEEDS
    why = f"{how}; an interval needs {FEWEST_SEEDS}" if few else how
    return Difference(sample.center, low, high, why)


def _bare(one: Sample, other: Sample, why: str) -> Difference:
    return Difference(other.center - one.center, -inf, inf, f"no interval: {why}")


def _independent(one: Sample, other: Sample) -> Difference:
    """Of samples with other seeds: by their own intervals or spreads."""
    few = min(len(one.values), len(other.values)) < FEWEST_SEEDS
    if few:
        return _bare(one, other, f"fewer than {FEWEST_SEEDS} seeds")
    if one.statistic == "proportion":
        return _newcombe(one, other)
    if one.statistic == "mean" and not any((one.overlap, other.overlap)):
        return _welch(one, other)
    return _bare(one, other, "other seeds")


def _newcombe(one: Sample, other: Sample) -> Difference:
    """That of two proportions, from Wilson's interval of each (Newcombe, 1998, method 10)."""
    (low, high), (other_low, other_high) = one.interval, other.interval
    center = other.center - one.center
    below = sqrt((other.center - other_low) ** 2 + (high - one.center) ** 2)
    above = sqrt((other_high - other.center) ** 2 + (one.center - low) ** 2)
    return Difference(center, center - below, center + above, "Newcombe")


def _welch(one: Sample, other: Sample) -> Difference:
    """That of two means whose spreads may differ; none where a seed diverged."""
    from scipy.stats import ttest_ind

    if not all(map(isfinite, (*one.values, *other.values))):
        return _bare(one, other, "a seed diverged")
    center = other.center - one.center
    if len({*one.values}) == 1 == len({*other.values}):  # no spread to judge by
        return Difference(center, center, center, "Welch")
    found = ttest_ind(other.values, one.values, equal_var=False)
    low, high = map(float, found.confidence_interval(CONFIDENCE))
    return Difference(center, low, high, "Welch")
