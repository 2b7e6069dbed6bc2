"""Tests of convlab.measure.intervals: they cover what they say, and no finite value breaks one."""

from fractions import Fraction
from math import inf, isfinite, nan, nextafter, ulp

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap, ttest_1samp

from convlab.measure import Sample, Statistic, intervals

SPREAD = (0.0, 1.0, 1.5, 2.0, 4.0, 4.5, 7.0)
anything = st.floats(allow_nan=False, allow_infinity=False)
few = st.sampled_from([0.0, 5e-324, 1.0, nextafter(1, 2), -1.0, 1e-200, 1.7e308, -1.7e308])
nearly_equal = st.builds(
    lambda least, steps: [least + step * ulp(least) for step in steps],
    st.floats(-1e300, 1e300),
    st.lists(st.integers(0, 3), min_size=6, max_size=12),
)
seeds = st.one_of(
    st.lists(anything, min_size=6, max_size=20),
    st.lists(few, min_size=6, max_size=12),
    nearly_equal,
).map(tuple)
bootstrapped = settings(deadline=None, max_examples=60)  # each takes its time


def lies_within(interval: tuple[float, float], values: tuple[float, ...]) -> None:
    """The ends are finite, in order, and about the mean as a fraction without rounding."""
    low, high = interval
    mean = sum(map(Fraction, values)) / len(values)
    reach = Fraction(max(values)) - Fraction(min(values))  # as floats it may overflow
    slack = Fraction(1e-9) * reach + Fraction(ulp(max(map(abs, values))))
    assert isfinite(low) and isfinite(high)
    assert min(values) <= low <= mean + slack
    assert mean - slack <= high <= max(values)


@bootstrapped
@example((0.0,) * 5 + (5.1e-217,))
@example((0.0,) * 5 + (5e-324,))
@example((1.7e308,) * 5 + (-1.7e308,))
@example((1.0,) * 5 + (nextafter(1, 2),))
@example((1e-300,) * 20 + (1e300,))
@given(seeds)
def test_the_interval_of_a_mean_is_finite_and_about_the_mean(values: tuple[float, ...]) -> None:
    lies_within(Sample(values, "mean").interval, values)


@settings(deadline=None)
@given(seeds)
def test_the_interval_of_a_median_is_about_the_median(values: tuple[float, ...]) -> None:
    low, high = Sample(values).interval
    ordered = sorted(values)
    assert low in values and high in values
    assert low <= ordered[(len(values) - 1) // 2] and ordered[len(values) // 2] <= high


@settings(deadline=None)
@given(seeds)
def test_the_interval_of_a_share_lies_in_zero_to_one(values: tuple[float, ...]) -> None:
    low, high = intervals.INTERVALS["proportion"](values)
    assert 0 <= low <= values.count(1) / len(values) <= high <= 1


@settings(deadline=None, max_examples=60)
@given(seeds, anything, st.floats(0, 1.7e308))
def test_equivalence_is_decided_for_any_finite_values(
    values: tuple[float, ...], target: float, margin: float
) -> None:
    if intervals.equivalent(values, target, margin):
        mean = Fraction(sum(map(Fraction, values))) / len(values)
        assert abs(mean - Fraction(target)) <= Fraction(margin)


@pytest.mark.parametrize("statistic", ["median", "mean"])
@pytest.mark.parametrize("unit", [2.0**-1000, 2.0**1000])
def test_an_interval_has_the_unit_of_its_values(statistic: Statistic, unit: float) -> None:
    low, high = Sample(SPREAD, statistic).interval
    scaled = Sample(tuple(unit * value for value in SPREAD), statistic).interval
    assert scaled == (unit * low, unit * high)


def test_the_interval_of_a_mean_is_that_of_scipy() -> None:
    expected = bootstrap((SPREAD,), np.mean, n_resamples=10_000, rng=0).confidence_interval
    assert Sample(SPREAD, "mean").interval == tuple(expected)


@pytest.mark.parametrize("target", [0.0, 1.0, 3.0, 5.0])
@pytest.mark.parametrize("margin", [1.0, 2.0, 3.5, 4.5])
def test_equivalence_is_two_t_tests_of_scipy(target: float, margin: float) -> None:
    above = ttest_1samp(SPREAD, target - margin, alternative="greater").pvalue
    below = ttest_1samp(SPREAD, target + margin, alternative="less").pvalue
    decided = intervals.equivalent(SPREAD, target, margin)
    assert decided == (above < 0.05 and below < 0.05)


def test_values_without_spread_are_equivalent_within_the_margin_only() -> None:
    assert intervals.equivalent((2.0,) * 8, 1, 1.5)
    assert not intervals.equivalent((2.0,) * 8, 1, 1)
    assert not intervals.equivalent((-2.0,) * 8, 2, 1)


def test_an_infinite_value_bounds_no_mean() -> None:
    for value in (nan, inf, -inf):
        assert Sample((*SPREAD, value), "mean").interval == (-inf, inf)
        assert not intervals.equivalent((*SPREAD, value), 3, 100)


@pytest.mark.parametrize("seeds, rank", [(6, 1), (8, 1), (9, 2), (12, 3), (20, 6), (40, 14)])
def test_a_median_is_bounded_by_the_ranks_of_the_tables(seeds: int, rank: int) -> None:
    """The ranks that tables of the sign test give at 95 %."""
    values = tuple(map(float, range(1, seeds + 1)))
    assert Sample(values).interval == (rank, seeds + 1 - rank)


def test_a_diverged_seed_may_have_been_anything() -> None:
    values = tuple(map(float, range(1, 21)))
    with_one_lost = Sample((*values[:-1], nan)).interval
    assert with_one_lost == (5, 15)  # rank 6 of -∞, 1, 2, … and rank 15 of 1, 2, …, ∞


def test_wilson_bounds_all_successes_as_published() -> None:
    for count, bound in {5: 0.566, 10: 0.722, 20: 0.839, 100: 0.963}.items():
        low, high = intervals.INTERVALS["proportion"]((1.0,) * count)
        assert low == pytest.approx(bound, abs=5e-4) and high == 1


@pytest.mark.long
@pytest.mark.parametrize("statistic", ["median", "mean"])
def test_a_95_percent_interval_covers_in_about_95_percent(statistic: Statistic) -> None:
    generator, draws = np.random.default_rng(0), 300
    covered = 0
    for _ in range(draws):
        low, high = Sample(tuple(generator.normal(size=12)), statistic).interval
        covered += low <= 0 <= high
    assert 0.88 < covered / draws <= 1
