"""Tests of convlab.record.differences: seed by seed where that is right, and else honestly."""

from math import inf, isfinite, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlab.measure import Sample, Statistic, Varies, exactly
from convlab.record.differences import difference

SEEDS = tuple(map(float, range(10)))
numbers = st.floats(-1e3, 1e3).map(lambda value: round(value, 3))


def sample(values: tuple[float, ...], statistic: Statistic, varies: Varies = "weights") -> Sample:
    return Sample(values, statistic, varies)


@given(st.lists(numbers, min_size=6, max_size=12), numbers, st.sampled_from(["median", "mean"]))
def test_what_all_seeds_share_cancels_out(
    values: list[float], more: float, statistic: Statistic
) -> None:
    one = sample(tuple(values), statistic)
    other = sample(tuple(value + more for value in values), statistic)
    found = difference(one, other, (3, 3))
    assert (found.center, found.low, found.high) == pytest.approx((more,) * 3, abs=1e-9)
    assert found.how == "seed by seed"


def test_only_seeds_of_both_runs_are_paired() -> None:
    one = sample(SEEDS, "mean")  # of the seeds 0 to 9
    other = sample(tuple(value + 3 for value in SEEDS), "mean")  # of 3 to 12
    found = difference(one, other, (0, 3))
    assert (found.center, found.how) == (0 + 0.0, "seed by seed, 7 seeds")
    assert found.low == found.high == 0


def test_one_seed_is_no_seeds() -> None:
    found = difference(sample((1.0,), "mean"), sample(SEEDS, "mean"), (0, 0))
    assert found.how == "seed by seed, 1 seed; an interval needs 6"


def test_few_seeds_of_both_have_no_interval() -> None:
    found = difference(sample(SEEDS[:3], "mean"), sample((1.0, 2.0, 4.0), "mean"), (0, 0))
    assert found.center == pytest.approx(4 / 3) and (found.low, found.high) == (-inf, inf)
    assert found.how == "seed by seed; an interval needs 6"


def test_means_of_other_seeds_have_the_interval_of_welch() -> None:
    """Student's example of soporific drugs, as Welch's test has it in R's documentation."""
    one = sample((0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0), "mean")
    other = sample((1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4), "mean")
    found = difference(one, other, (0, 100))
    assert found.center == pytest.approx(1.58) and found.how == "Welch"
    assert (found.low, found.high) == pytest.approx((-0.2054832, 3.3654832), abs=1e-6)


def test_proportions_of_other_seeds_have_the_interval_of_newcombe() -> None:
    """The first row of his tables: 56 of 70 less 48 of 80."""
    one = sample((1.0,) * 48 + (0.0,) * 32, "proportion")
    other = sample((1.0,) * 56 + (0.0,) * 14, "proportion")
    found = difference(one, other, (0, 1000))
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert found.center == pytest.approx(0.2) and found.how == "Newcombe"


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (sample(SEEDS, "median"), sample(SEEDS, "median"), "other seeds"),
        (sample(SEEDS, "mean"), sample(SEEDS, "median"), "a mean and a median"),
        (sample(SEEDS[:5], "mean"), sample(SEEDS, "mean"), "fewer than 6 seeds"),
        (sample((nan, *SEEDS), "mean"), sample(SEEDS, "mean"), "a seed diverged"),
        (Sample(SEEDS, "mean", overlap=0.5), sample(SEEDS, "mean"), "other seeds"),
        (
            sample(SEEDS, "median", "repeats"),
            sample(SEEDS, "median", "repeats"),
            "times of two runs do not compare",
        ),
    ],
)
def test_where_no_interval_is_right_that_is_said(one: Sample, other: Sample, why: str) -> None:
    found = difference(one, other, (0, 500))
    assert found.how == f"no interval: {why}" and (found.low, found.high) == (-inf, inf)
    assert found.center == other.center - one.center


def test_a_seed_that_diverged_makes_a_pair_that_did() -> None:
    found = difference(sample((nan, *SEEDS), "mean"), sample((0.0, *SEEDS), "mean"), (0, 0))
    assert found.center == 0 and not isfinite(found.low)


def test_exact_numbers_are_subtracted() -> None:
    found = difference(exactly(3), exactly(5), (0, 7))
    assert (found.center, found.low, found.high, found.how) == (2, 2, 2, "exact")
    seeds = difference(exactly(3), sample(SEEDS, "mean"), (0, 7))
    assert seeds.center == pytest.approx(1.5) and seeds.how == "seed by seed"


def test_means_without_spread_differ_by_a_point() -> None:
    found = difference(sample((1.0,) * 6, "mean"), sample((3.0,) * 6, "mean"), (0, 100))
    assert (found.low, found.high, found.how) == (2, 2, "Welch")
