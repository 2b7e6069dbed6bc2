"""Tests of convlab.measure.prediction: a region includes its bounds, a margin is open."""

from math import inf, nan

import pytest

from convlab.measure import Outcome, Sample, above, below, between, equal, exactly, within

HOLDS, REFUTED, UNDECIDED, _ = Outcome
DRAWN = Sample(tuple(map(float, range(1, 7))))  # its interval goes from 1 to 6


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (1, 6, HOLDS),
        (0, 7, HOLDS),
        (1.1, 6, UNDECIDED),
        (1, 5.9, UNDECIDED),
        (6, 9, UNDECIDED),  # 6 lies in both
        (-2, 1, UNDECIDED),
        (6.1, 9, REFUTED),
        (-2, 0.9, REFUTED),
        (2, 3, UNDECIDED),
        (-inf, 6, HOLDS),
        (1, inf, HOLDS),
        (-inf, inf, HOLDS),
    ],
)
def test_the_edges_of_an_interval_and_of_a_region_touch(
    low: float, high: float, outcome: Outcome
) -> None:
    assert DRAWN.interval == (1, 6)
    assert between(low, high).judge(DRAWN) is outcome


@pytest.mark.parametrize(
    ("value", "outcome"), [(2, HOLDS), (5, HOLDS), (1.999, REFUTED), (5.001, REFUTED)]
)
def test_an_exact_value_on_an_edge_holds(value: float, outcome: Outcome) -> None:
    assert between(2, 5).judge(exactly(value)) is outcome


def test_bounds_on_one_side_and_equality() -> None:
    assert [below(3).judge(exactly(value)) for value in (2, 3, 4)] == [HOLDS, HOLDS, REFUTED]
    assert [above(3).judge(exactly(value)) for value in (2, 3, 4)] == [REFUTED, HOLDS, HOLDS]
    assert [equal(3).judge(exactly(value)) for value in (2, 3, 4)] == [REFUTED, HOLDS, REFUTED]
    assert below(inf).judge(exactly(inf)) is HOLDS
    assert above(0).judge(exactly(nan)) is UNDECIDED


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        (10, HOLDS),
        (12.999, HOLDS),
        (7.001, HOLDS),
        (13, UNDECIDED),
        (7, UNDECIDED),
        (13.001, REFUTED),
        (6.999, REFUTED),
    ],
)
def test_an_exact_value_on_the_margin_shows_nothing(value: float, outcome: Outcome) -> None:
    assert within(3, of=10).judge(exactly(value)) is outcome
    assert within(3, of=10).judge(Sample((float(value),) * 6, "mean")) is outcome


def test_six_seeds_can_show_that_there_is_no_difference_and_five_cannot() -> None:
    assert within(3, of=10).judge(Sample((10.0,) * 6, "mean")) is HOLDS
    assert within(3, of=10).judge(Sample((10.0,) * 5, "mean")) is UNDECIDED
    assert within(3, of=99).judge(Sample((10.0,) * 5, "mean")) is UNDECIDED


def test_the_interval_that_decides_is_that_of_the_prediction() -> None:
    """No difference is shown by two one-sided tests of 5 %: by the interval of 90 %."""
    sample = Sample((1.0, 2.0, 3.0, 4.0, 5.0, 6.0), "mean")
    assert between(0, 9).interval(sample) == sample.interval
    low, high = within(3, of=3).interval(sample)
    assert (low, high) == sample.interval_at(0.9) != sample.interval
    margin = max(3.5 - low, high - 3.5)
    assert within(1.001 * margin, of=3.5).judge(sample) is HOLDS
    assert within(0.999 * margin, of=3.5).judge(sample) is UNDECIDED
    assert within(0.5, of=high + 0.501).judge(sample) is REFUTED
    assert within(0.5, of=high + 0.499).judge(sample) is UNDECIDED


def test_a_prediction_has_bounds() -> None:
    for predicted in (between(7, 13), within(3, of=10)):
        assert (predicted.low, predicted.high) == (7, 13)
    assert (below(1).low, above(1).high) == (-inf, inf)
