"""Tests of convlab.numbers: what is read is what was measured, and never outside its interval."""

from math import inf, isinf, nan

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from convlab.numbers import number, with_bounds

WRITTEN = {
    0: "0",
    7: "7",
    999: "999",
    1000: "1 000",
    267_960: "267 960",
    2**53 - 1: "9 007 199 254 740 991",
    10**20: "100 000 000 000 000 000 000",
    2.0**53: "9.007e15",
    0.5: "0.5",
    999.96: "1 000",
    1234.5: "1 234",
    12345.6: "12 346",
    123456.7: "1.235e5",
    0.66044: "0.6604",
    3.87e-9: "3.87e-9",
    inf: "∞",
}


def parsed(text: str) -> float:
    return float(text.replace("\u202f", "").replace("∞", "inf"))


@pytest.mark.parametrize("value", WRITTEN)
def test_a_number_is_written_alike_with_either_sign(value: float) -> None:
    written = WRITTEN[value].replace(" ", "\u202f")  # it is never broken at a line's end
    assert number(value) == written
    assert number(-value) == ("-" if value else "") + written


def test_what_is_no_number_is_named() -> None:
    assert number(nan) == "NaN" and number(-0.0) == "0" and number(True) == "1"


@given(st.floats(-1.797e308, 1.797e308))
def test_a_number_is_read_to_four_digits(value: float) -> None:
    assert parsed(number(value)) == pytest.approx(value, rel=5.1e-4, abs=0)
    assert "," not in number(value) and "e+" not in number(value)


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ((0.59994, 0.59991, 0.60002), "0.5999 [0.5999–0.6001]"),
        ((0.66, 0.5821, 0.7412), "0.660 [0.582–0.742]"),
        ((0.66044, 0.66044, 0.66044), "0.6604 [0.6604–0.6605]"),
        ((97.34, 96.91, 97.79), "97.34 [96.91–97.79]"),
        ((5, 5, 5), "5 [5–5]"),
        ((0, 0, 0), "0 [0–0]"),
        ((12.0, 11.0, 14.0), "12 [11–14]"),
        ((3.25, 3.0, 3.5), "3.25 [3.00–3.50]"),  # the same decimals
        ((12345, 12000, 12999.5), "12\u202f345 [12\u202f000–13\u202f000]"),
        ((-2, -3, -1), "-2 [-3 – -1]"),  # a dash is no minus
        ((0.0003, -0.2, 0.3), "0.0 [-0.2 – 0.3]"),
        ((0.15, 0.004, 0.3), "0.150 [0.004–0.300]"),  # what is above 0 is not written as 0
        ((0.3, 0.0001, 0.6), "0.3 [0.0001–0.6]"),  # of other orders: the same digits each
        ((1.2e-5, 3e-7, 0.02), "1.2e-5 [3.0e-7–0.020]"),
        ((3.87e9, 3.85e9, 3.9e9), "3.87e9 [3.85e9–3.90e9]"),
        ((1, -inf, 3.25), "1.00 [-∞ – 3.25]"),
        ((1, 0.5, inf), "1.0 [0.5–∞]"),
    ],
)
def test_bounds_are_written_as_their_center_is(
    values: tuple[float, float, float], written: str
) -> None:
    assert " ".join(with_bounds(*values)) == written


@example([0.5999, 0.59991, 0.60002])
@example([-0.004, -9.99, -0.00999])
@example([5e-324, 5e-324, 1.7976931348623157e308])
@given(st.lists(st.floats(allow_nan=False), min_size=3, max_size=3))
def test_a_center_never_lies_outside_its_interval_as_printed(values: list[float]) -> None:
    low, center, high = sorted(values)
    middle, bounds = with_bounds(center, low, high)
    dash = " – " if " – " in bounds else "–"
    least, most = map(parsed, bounds[1:-1].split(dash))
    assert least <= parsed(middle) <= most
    assert least <= low and high <= most
    assert (low < 0 or high < 0) == (dash == " – ")
    assert (low > 0) == (least > 0) and (high < 0) == (most < 0)  # no 0 for what is none


@given(st.floats(1e-3, 1e4), st.floats(0, 10))
def test_center_and_bounds_have_the_same_decimals(low: float, width: float) -> None:
    middle, bounds = with_bounds(low + width / 2, low, low + width)
    texts = [middle, *bounds[1:-1].split("–")]
    if low + width <= 1000 * low:
        assert len({len(text.partition(".")[2]) for text in texts}) == 1


@given(st.floats(1e-300, 1e300), st.floats(0, 1))
def test_an_interval_is_little_wider_than_it_is(low: float, share: float) -> None:
    high = low * (1 + share)
    _, bounds = with_bounds(low, low, high)
    least, most = map(parsed, bounds[1:-1].split("–"))
    assert isinf(most) or most - least <= 1.07 * (high - low) + 2.1e-3 * high
