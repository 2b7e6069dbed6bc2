"""Tests of convlab.measure.sample: the center, and how numbers are written, of either sign."""

import sys
from math import inf, isnan, nan

import pytest

from convlab.measure import Sample, Statistic, exactly, number

SKEWED = (0.0, 0.0, 1.0, 1.0, 1.0, 9.0)


def test_the_center_is_that_of_the_statistic() -> None:
    assert Sample(SKEWED).center == Sample(SKEWED, "median").center == 1
    assert Sample(SKEWED, "mean").center == 2
    assert Sample((0.0, 1.0, 1.0, 1.0), "proportion").center == 0.75
    assert exactly(3).values == (3.0,) and exactly(3).center == 3
    assert Sample((*SKEWED, nan), "mean").center == 2  # of those that did not diverge
    assert Sample((*SKEWED, nan)).diverged == 1


@pytest.mark.parametrize("statistic", ["median", "mean", "proportion"])
def test_what_is_drawn_is_not_exact(statistic: Statistic) -> None:
    assert exactly(2).exact and not Sample((2.0,) * 6, statistic).exact
    assert exactly(2).interval == (2, 2)


WHOLE = {
    0: "0",
    7: "7",
    999: "999",
    1000: "1,000",
    267_960: "267,960",
    2**53 - 1: "9,007,199,254,740,991",
    2.0**53: "9.007e+15",
    0.5: "0.5",
    1234.5: "1234",
    0.66044: "0.6604",
    1e-9: "1e-09",
    inf: "inf",
}


@pytest.mark.parametrize("value", WHOLE)
def test_a_number_is_written_alike_with_either_sign(value: float) -> None:
    assert number(value) == WHOLE[value]
    assert number(-value) == ("-" if value else "") + WHOLE[value]


DRAWN = {  # values that were drawn: no more than four digits mean anything
    0.66044: "0.6604",
    5.0: "5",
    999.0: "999",
    999.4: "999.4",
    1000.0: "1,000",
    1234.56: "1,235",
    99_999.0: "99,999",
    99_999.4: "99,999",
    100_000.0: "1e+05",
    123_456.0: "1.235e+05",
    1e-9: "1e-09",
}


@pytest.mark.parametrize("value", DRAWN)
def test_what_was_drawn_is_rounded_alike_with_either_sign(value: float) -> None:
    for sign, written in ((1, DRAWN[value]), (-1, f"-{DRAWN[value]}")):
        sample = Sample((sign * value,) * 6)
        assert sample.texts() == (written, f"[{written}, {written}]")
        assert str(sample) == f"{written} [{written}, {written}]"


def test_a_bound_has_as_many_digits_as_are_asked_for() -> None:
    sample = Sample((1.23456,) * 6)
    assert sample.texts(digits=3) == ("1.235", "[1.23, 1.23]")
    assert sample.texts() == ("1.235", "[1.235, 1.235]")


def test_what_bounds_nothing_says_how_many_seeds_there_are() -> None:
    assert Sample((1.0, 2.0)).texts() == ("1.5", "(2 seeds)")
    assert Sample((1.0, nan)).texts() == ("1", "(2 seeds), none for 1 of 2")
    assert exactly(1234).texts() == ("1,234", "")
    assert Sample((nan, nan)).texts() == ("undefined", "")
    assert Sample((*(1.0,) * 8, nan)).texts() == ("1", "[1, 1], none for 1 of 9")


@pytest.mark.parametrize("statistic", ["median", "mean"])
def test_a_center_is_finite_wherever_the_values_are(statistic: Statistic) -> None:
    largest = sys.float_info.max
    assert Sample((largest,) * 4, statistic).center == pytest.approx(largest)
    assert Sample((-largest, largest) * 2, statistic).center == 0
    assert Sample((3.0, 1.0, 2.0, 10.0), statistic).center == {"median": 2.5, "mean": 4}[statistic]


def test_infinities_of_either_sign_have_no_mean() -> None:
    assert isnan(Sample((inf, -inf, 1.0), "mean").center)
    assert Sample((inf, 1.0, inf, 1.0), "median").center == inf
