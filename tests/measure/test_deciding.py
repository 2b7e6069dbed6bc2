"""Tests of convlab.measure.deciding: what it promises comes true with as many seeds."""

from math import inf, nan

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from convlab.measure import (
    Claim,
    Measurements,
    Outcome,
    Prediction,
    Sample,
    above,
    below,
    between,
    within,
)
from convlab.measure.deciding import seeds_to_decide, told
from convlab.measure.sample import Statistic

MOST = 3000  # seeds that a test draws


def normal(count: int, mean: float, overlap: float = 0.0) -> Sample:
    """Numbers of that mean and of the standard deviation 1, as far as so many can have them."""
    drawn = np.random.default_rng(0).normal(size=count)
    drawn = (drawn - drawn.mean()) / drawn.std(ddof=1)
    return Sample(drawn + mean, "mean", overlap=overlap)


@given(
    st.integers(10, 40),
    st.floats(0.05, 0.4),
    st.sampled_from([above(0), between(-5, 0), between(0, 9), within(2, of=2), within(2, of=-2)]),
)
def test_so_many_seeds_decide_and_half_as_many_do_not(
    count: int, distance: float, predicted: Prediction
) -> None:
    few = normal(count, distance)
    assume(predicted.judge(few) is Outcome.UNDECIDED)
    needed = int(seeds_to_decide(few, predicted)) + 1
    assume(needed <= MOST)
    assert predicted.judge(normal(needed, distance)) is not Outcome.UNDECIDED
    assert predicted.judge(normal(needed // 2, distance)) is Outcome.UNDECIDED


def test_an_interval_keeps_clear_of_both_bounds() -> None:
    one, both = (
        seeds_to_decide(normal(10, 0.3), region) for region in (above(0), between(0, 0.4))
    )
    assert both == pytest.approx(9 * one)  # the upper bound is three times as near


def test_splits_of_the_same_examples_may_be_too_alike() -> None:
    alone, split = (seeds_to_decide(normal(10, 0.3, x), above(0)) for x in (0.0, 0.005))
    assert 10 < alone < split < inf
    assert seeds_to_decide(normal(10, 0.3, 0.25), above(0)) == inf


@pytest.mark.parametrize("values", [(-1.0, 1.0) * 4, (nan, *(-1.0, 1.0) * 4)])
def test_where_the_center_lies_on_the_bound_none_are_enough(values: tuple[float, ...]) -> None:
    assert seeds_to_decide(Sample(values, "mean"), above(0)) == inf


@pytest.mark.parametrize(
    ("seeds", "text"),
    [
        (7.2, "about 8 seeds would decide"),
        (39.01, "about 40 seeds would decide"),
        (412.0, "about 420 seeds would decide"),
        (12_345.0, "about 13,000 seeds would decide"),
        (inf, "more seeds would not decide"),
    ],
)
def test_it_is_told_as_the_estimate_that_it_is(seeds: float, text: str) -> None:
    assert told(seeds) == text


def test_a_verdict_says_how_many_and_can_be_expected() -> None:
    sample = normal(10, 0.3)
    claim = Claim("C1", "S0", "More.", lambda _: sample, above(0), Outcome.UNDECIDED)
    verdict = claim.check(Measurements([]))
    assert (
        verdict.why == ("the interval lies across a bound; about 57 seeds would decide")
        and verdict.as_expected
    )


@pytest.mark.parametrize(
    ("values", "statistic", "predicted"),
    [
        ([1] * 6, "proportion", above(0.9)),
        ([1] * 10, "proportion", above(0.99)),
        ([1] * 9 + [0], "proportion", above(0.8)),
        ([0] * 20, "difference", above(-0.02)),
        ([0] * 20, "difference", within(0.05, of=0)),
        ([1] * 3 + [0] * 9, "difference", above(0)),
    ],
)
def test_of_proportions_as_many_are_told_as_decide(
    values: list[int], statistic: Statistic, predicted: Prediction
) -> None:
    """Tried with multiples of the sample itself, which have its shares to the last one."""
    sample = Sample(tuple(values), statistic)
    assert predicted.judge(sample) is Outcome.UNDECIDED
    enough = next(
        times
        for times in range(1, 100)
        if predicted.judge(Sample(tuple(values) * times, statistic)) is not Outcome.UNDECIDED
    )
    told_ = seeds_to_decide(sample, predicted)
    assert (enough - 1) * len(values) - len(values) < told_ <= enough * len(values)


def test_of_a_proportion_on_the_bound_none_are_enough() -> None:
    assert seeds_to_decide(Sample((1, 0) * 5, "proportion"), above(0.5)) == inf


def test_an_equivalence_is_decided_by_its_own_interval() -> None:
    """The 90 % interval, which takes fewer seeds than that of 95 %."""
    few, predicted = normal(20, 0.3), within(0.5, of=0.7)
    needed = seeds_to_decide(few, predicted)
    enough = next(n for n in range(20, 400) if predicted.judge(normal(n, 0.3)) == "holds")
    assert needed == pytest.approx(enough, rel=0.12)


def test_the_end_of_the_interval_that_lies_across_is_the_one_that_counts() -> None:
    skewed = Sample((0.9, 1.0, 1.1, 1.2, 1.3, 3.0, 9.0, 9.5, 9.6))  # its median is 1.3
    below_, above_ = (seeds_to_decide(skewed, region) for region in (below(5), above(1.1)))
    low, high = skewed.interval
    assert below_ == pytest.approx(9 * ((high - 1.3) / 3.7) ** 2)
    assert above_ == pytest.approx(9 * ((1.3 - low) / 0.2) ** 2)
