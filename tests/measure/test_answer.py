"""Tests of convlab.measure.Answer: its numbers are those of the run, mistakes are told at once."""

from typing import Any

import pytest

from convlab.measure import Answer, Measurements, at, exactly


@pytest.fixture
def measured() -> Measurements:
    measurements = Measurements()
    measurements.add("errors", {"arm": "plain"}, {"error": exactly(1234.5)})
    return measurements


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It is {error}.", "It is 1\u202f234."),
        ("It is {error:.2e}, {error:+.1f}.", "It is 1.23e+03, +1234.5."),
        ("{error:.0f} {{so}}", "1234 {so}"),
    ],
)
def test_numbers_are_filled_in(text: str, told: str, measured: Measurements) -> None:
    assert Answer(text, error=at("error", arm="plain")).told(measured) == told


def test_nothing_is_told_where_an_arm_was_not_measured(measured: Measurements) -> None:
    assert Answer("It is {error}.", error=at("error", arm="other")).told(measured) == ""


@pytest.mark.parametrize(
    ("text", "quantities", "message"),
    [
        ("{erorr}", {"error": at("error")}, "no quantity is called `erorr`; did you mean `error`"),
        ("so", {"error": at("error")}, "nothing in the answer is called `error`$"),
        ("{}", {}, "need a name"),
        ("{error", {"error": at("error")}, "cannot be read: .* a brace itself is `{{`"),
        ("{error:.1q}", {"error": at("error")}, "cannot be filled in: .*'q'"),
        ("{error}", {"error": 3}, "the answer's `error` should be a quantity .*, not 3"),
    ],
)
def test_an_answer_that_could_not_be_told_is_refused_at_once(
    text: str, quantities: dict[str, Any], message: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        Answer(text, **quantities)
