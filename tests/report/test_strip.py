"""A strip shows where a measurement lies, in or out of what was predicted."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlab.report.strip import ASCII, WIDTH, strip

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
BOUNDS = st.tuples(NUMBERS, NUMBERS).map(lambda pair: (min(pair), max(pair)))
REGIONS = st.one_of(BOUNDS, NUMBERS.map(lambda x: (x, inf)), NUMBERS.map(lambda x: (-inf, x)))


@pytest.mark.parametrize(
    ("predicted", "measured", "center", "expected"),
    [
        ((0.0, 0.0), (0.0, 0.0), 0.0, "[o]"),
        ((0.0, 10.0), (4.0, 6.0), 5.0, "[.......--o-.......]"),
        ((0.0, 10.0), (20.0, 20.0), 20.0, "[..........]      o"),
        ((0.0, 10.0), (8.0, 12.0), 10.0, "[...........---o]--"),
        ((0.8, inf), (0.85, 1.0), 0.9, "[...---o------......."),
        ((-inf, 3.0), (2.0, 2.0), 2.0, ".......o............]"),
    ],
)
def test_the_region_stands_in_brackets_and_the_measurement_on_it(
    predicted: tuple[float, float], measured: tuple[float, float], center: float, expected: str
) -> None:
    assert strip(predicted, measured, center, ASCII).strip() == expected


@given(REGIONS, BOUNDS, st.floats(0, 1))
def test_the_center_is_within_the_brackets_if_and_only_if_it_lies_in_the_region(
    predicted: tuple[float, float], measured: tuple[float, float], share: float
) -> None:
    low, high = measured
    center = min(max(low + share * (high - low), low), high)
    drawn = strip(predicted, measured, center, ASCII)
    assert len(drawn) == WIDTH and drawn.count("o") == 1
    before, after = drawn.split("o")
    opened = "[" in before or predicted[0] == -inf
    closed = "]" in after or predicted[1] == inf
    assert (opened and closed) == (predicted[0] <= center <= predicted[1])


@given(REGIONS, NUMBERS)
def test_what_is_not_bounded_reaches_both_ends(predicted: tuple[float, float], x: float) -> None:
    drawn = strip(predicted, (-inf, inf), x, ASCII)
    assert not {" ", "."} & set(drawn[:1] + drawn[-1:])
