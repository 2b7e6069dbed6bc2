"""Tests of convlab.measure.spread: what the intervals of a table are over, said once."""

from typing import get_args

import pytest

from convlab.measure import Sample, Statistic, exactly
from convlab.measure.spread import spread

TEN, TWO = (1.0,) * 10, (1.0,) * 2


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        ([], ""),
        ([exactly(3)], ""),
        ([Sample(TEN), exactly(3)], "medians with 95 % intervals over 10 seeds"),
        (
            [Sample(TEN, varies="data")],
            "medians with 95 % intervals over 10 seeds, which vary data",
        ),
        (
            [Sample(TEN, varies="weights and data"), Sample(TEN, "mean", varies="weights")],
            "medians and means with 95 % intervals over 10 seeds, which vary weights and data, or "
            "weights",
        ),
        (
            [Sample(TWO, "proportion", varies="weights")],
            "proportions over 2 seeds, which vary weights; a 95 % interval needs 6",
        ),
        ([Sample(TEN), Sample(TWO)], "medians with 95 % intervals over 2 to 10 seeds"),
        ([Sample(TEN, varies="repeats")], "medians with 95 % intervals over 10 repeats"),
        (
            [Sample(TEN, varies="repeats"), Sample(TEN[1:], "mean", varies="data")],
            "means with 95 % intervals over 9 seeds, which vary data; medians with 95 % intervals "
            "over 10 repeats",
        ),
        (
            [Sample(TEN, "mean", varies="data", overlap=0.25)],
            "means with 95 % intervals over 10 seeds, which vary data, corrected for overlapping "
            "splits",
        ),
        (
            [Sample(TEN, "mean", overlap=0.25), Sample(TEN, "mean")],
            "means with 95 % intervals over 10 seeds, corrected for overlapping splits",
        ),
        ([Sample((1.0,))], "medians over 1 seed; a 95 % interval needs 6"),
        (
            [Sample((1.0,), varies="data")],
            "medians over 1 seed, which varies data; a 95 % interval needs 6",
        ),
    ],
)
def test_what_was_drawn_is_said_once(samples: list[Sample], said: str) -> None:
    assert spread(samples) == said


@pytest.mark.parametrize("statistic", sorted(set(get_args(Statistic)) - {"exact"}))
def test_every_statistic_has_a_word(statistic: Statistic) -> None:
    assert spread([Sample(TEN, statistic)]).startswith(f"{statistic}s")
