"""Tests of convlab.cli.spelling: an output of few letters is still read."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlab.cli.spelling import SPELLED, spelled
from convlab.record.grid import NO, OPEN, YES

codecs.register_error(SPELLED, spelled)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("‖out - ab‖ ≤ 2²", "|out - ab| <= 2^2"),
        ("0.5 [−1 – 2] ± 3 × 8\u202f003", "0.5 [-1 - 2] +- 3 x 8 003"),
        ("√(δ) → ε … §3", "sqrt (delta) -> epsilon ... S3"),
        ("“naïve” Größe", '"naive" Groe'.replace("Groe", "Gro?e")),
        ("图 🙂", "? ?"),
    ],
)
def test_letters_are_written_in_others_that_say_the_same(text: str, seen: str) -> None:
    assert text.encode("ascii", SPELLED).decode() == seen


def test_what_can_be_written_is_written() -> None:
    assert "2² × ½ ≤ é".encode("latin-1", SPELLED).decode("latin-1") == "2² × ½ <= é"


def test_marks_of_verdicts_stay_one_letter_and_different() -> None:
    seen = [mark.encode("ascii", SPELLED).decode() for mark in (YES, NO, OPEN)]
    assert seen == ["+", "x", "?"]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_can_be_written(text: str) -> None:
    assert text.encode("ascii", SPELLED).isascii()
