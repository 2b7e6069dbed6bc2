"""Tests of convlab.measure.sample: the center, and how numbers are written, of either sign."""

import sys
from decimal import Decimal
from fractions import Fraction
from math import inf, isnan, nan
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convlab.measure import Sample, Statistic, exactly

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
    assert exactly(2).exact and not Sample((1.0,) * 6, statistic).exact
    assert exactly(2).interval == (2, 2)


@given(st.lists(st.floats(), min_size=1, max_size=20), st.sampled_from(["median", "mean"]))
def test_a_center_lies_in_its_interval(values: list[float], statistic: Statistic) -> None:
    sample = Sample(tuple(values), statistic)
    for low, high in (sample.interval, sample.interval_at(0.9)):
        assert isnan(sample.center) or low <= sample.center <= high


def test_a_sample_is_written_with_its_interval() -> None:
    sample = Sample((1.0, 2.0, 3.0, 4.0, 5.0, 6.0))
    assert sample.texts() == ("3.5", "[1.0–6.0]")
    assert sample.texts((2, 4.25)) == ("3.50", "[2.00–4.25]")  # another interval
    assert str(sample) == "3.5 [1.0–6.0]"
    assert str(exactly(1234)) == "1\u202f234"


def test_what_bounds_nothing_says_how_many_seeds_there_are() -> None:
    assert Sample((1.0, 2.0)).texts() == ("1.5", "(2 seeds)")
    assert Sample((1.0,)).texts() == ("1", "(1 seed)")
    assert Sample((1.0, 2.0), varies="repeats").texts() == ("1.5", "(2 repeats)")
    assert Sample((1.0, nan)).texts() == ("1", "(2 seeds), none for 1 of 2")
    assert Sample((nan, nan)).texts() == ("undefined", "")
    assert Sample((*(1.0,) * 8, nan)).texts() == ("1", "[1–1], none for 1 of 9")


@pytest.mark.parametrize("statistic", ["median", "mean"])
def test_a_center_is_finite_wherever_the_values_are(statistic: Statistic) -> None:
    largest = sys.float_info.max
    assert Sample((largest,) * 4, statistic).center == pytest.approx(largest)
    assert Sample((-largest, largest) * 2, statistic).center == 0
    assert Sample((3.0, 1.0, 2.0, 10.0), statistic).center == {"median": 2.5, "mean": 4}[statistic]


def test_infinities_of_either_sign_have_no_mean() -> None:
    assert isnan(Sample((inf, -inf, 1.0), "mean").center)
    assert Sample((inf, 1.0, inf, 1.0), "median").center == inf


OF_MANY: dict[str, Any] = {
    "floats": tuple,
    "list": list,
    "iterator": iter,
    "tensor": lambda values: torch.tensor(values, dtype=torch.float64),
    "tensors": lambda values: list(torch.tensor(values, dtype=torch.float64)),
    "trained": lambda values: torch.tensor(values, dtype=torch.float64, requires_grad=True),
    "array": np.array,
    "numpy's numbers": lambda values: tuple(np.array(values)),
    "arrays of one": lambda values: [np.array([value]) for value in values],
    "decimals": lambda values: list(map(Decimal, values)),
}


@given(st.lists(st.floats(), min_size=1, max_size=9), st.sampled_from(sorted(OF_MANY)))
def test_numbers_of_any_library_are_kept_as_floats(values: list[float], kind: str) -> None:
    sample = Sample(OF_MANY[kind](values), "mean")
    assert [type(value) for value in sample.values] == [float] * len(values)
    assert list(map(repr, sample.values)) == list(map(repr, values))


def test_other_numbers_are_floats_too() -> None:
    numbers = (True, 3, Fraction(1, 4), np.float16(0.5), np.int8(-1), torch.tensor(2))
    sample = Sample(numbers)  # type: ignore[arg-type]
    assert sample.values == (1.0, 3.0, 0.25, 0.5, -1.0, 2.0)
    assert set(map(type, sample.values)) == {float}
    assert exactly(torch.tensor(7)).values == (7.0,)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (3.0, r"takes one value per seed, in their order, not 3\.0; .* exactly\(NUMBER\)"),
        (torch.tensor(3.0), "takes one value per seed"),
        ("123", "takes one value per seed"),
        ({1.0, 2.0}, "takes one value per seed, in their order"),
        ({1: 2}, "takes one value per seed, in their order"),
        (None, "takes one value per seed"),
        (np.ones((2, 3)), r"takes one value per seed, not an array \(2, 3\)"),
        (["3"], "should be a number, not '3'"),
        ([None], "should be a number, not None"),
        ([1j], "should be a number, not 1j"),
        ([10**400], "should be a number"),
        ([np.ones(2)], "should be a number, not array"),
        ([torch.ones(2)], "should be a number, not tensor"),
    ],
)
def test_what_is_no_number_per_seed_is_an_error_at_once(values: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Sample(values)


def test_a_sample_of_no_seed_of_two_exact_values_or_of_an_unknown_statistic_is_refused() -> None:
    with pytest.raises(ValueError, match="one seed at least"):
        Sample(())
    with pytest.raises(ValueError, match="an exact Sample has one value, not 2"):
        Sample((1.0, 2.0), "exact")
    with pytest.raises(ValueError, match="no statistic is called 'medain'; did you mean `median`"):
        Sample((1.0,), "medain")  # type: ignore[arg-type]


def test_a_sample_says_what_varies_and_how_its_seeds_overlap() -> None:
    sample = Sample((1.0, 2.0), "mean", "weights and data", overlap=np.float64(0.25))
    assert (sample.varies, sample.overlap, type(sample.overlap)) == (
        "weights and data",
        0.25,
        float,
    )
    assert (Sample((1.0,)).varies, exactly(1).varies, exactly(1).overlap) == ("", "", 0)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            {"varies": "weight"},
            "no source of variation is called 'weight'; did you mean `weights`",
        ),
        (
            {"statistic": "exact", "varies": "data"},
            "an exact Sample varies with nothing, not with",
        ),
        ({"statistic": "mean", "overlap": -0.1}, "`overlap` is a number of .*, not -0.1"),
        ({"statistic": "mean", "overlap": nan}, "`overlap` is a number of .*, not nan"),
        ({"statistic": "mean", "overlap": inf}, "`overlap` is a number of .*, not inf"),
        (
            {"statistic": "median", "overlap": 0.1},
            "widens the interval of a mean, and this is a m",
        ),
        ({"statistic": "proportion"}, "a proportion has one of the values 0, 1, not 0.5"),
        ({"statistic": "difference"}, "a difference has one of the values -1, 0, 1, not 0.5"),
    ],
)
def test_what_contradicts_itself_is_refused(words: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Sample((0.5,), **words)
    with pytest.raises(TypeError, match="should be a number, not 'all'"):
        Sample((0.5,), "mean", overlap="all")  # type: ignore[arg-type]
