"""Tests of convlab.measure.notes: notes of one kind become one, and no other is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from convlab.measure import number
from convlab.measure.notes import by_kind

NUMBERS = (
    st.floats(-1e9, 1e9).map(number)
    | st.integers().map(number)
    | st.floats(-1e6, 1e6).map("{:.4g}".format)
    | st.integers().map("{:,}".format)
)


def value(number: str) -> float:
    return float(number.replace(",", "").replace("\u202f", ""))


@given(st.lists(NUMBERS, min_size=1))
def test_notes_that_differ_in_a_number_are_one_kind_with_its_range(numbers: list[str]) -> None:
    ((note, places),) = by_kind(f"from {number}, as it is" for number in numbers).items()
    assert places == list(range(len(numbers)))
    values = sorted(map(value, numbers))
    low, high = note.removeprefix("from ").removesuffix(", as it is").partition("…")[::2]
    assert value(low) == values[0]
    assert value(high or low) == values[-1]


@given(st.lists(st.text()))
def test_every_note_has_its_place(notes: list[str]) -> None:
    places = sorted(place for at in by_kind(notes).values() for place in at)
    assert places == list(range(len(notes)))


def test_other_words_are_another_kind_and_numbers_within_words_are_words() -> None:
    notes = ["IMG_1: turned", "IMG_2: turned", "first of 2 frames", "first of 3 frames", "a 2 b"]
    assert by_kind(notes) == {
        "IMG_1: turned": [0],
        "IMG_2: turned": [1],
        "first of 2…3 frames": [2, 3],
        "a 2 b": [4],
    }
