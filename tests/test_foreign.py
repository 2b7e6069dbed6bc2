"""Tests of convlab.foreign: what reaches a terminal is seen there, and does nothing."""

import pytest
from hypothesis import given
from hypothesis.strategies import characters, text

from convlab.foreign import as_text, printable

ANY = text(characters(exclude_categories=()))


@given(ANY)
def test_nothing_acts_on_a_terminal(word: str) -> None:
    shown = printable(word)
    shown.encode("utf-8")
    assert all(c.isprintable() or c in "\u200c\u200d" or c.isspace() for c in shown)
    assert len(shown.splitlines()) <= 1


@pytest.mark.parametrize(
    "word", ["그림.png", "naïve 图", "a\u00a0b", "👩\u200d🔬", "[bold]", "a\\b"]
)
def test_words_stay_as_they_are(word: str) -> None:
    assert printable(word) == word


def test_what_is_not_text_is_written_as_python_writes_it() -> None:
    assert printable(("a", 1)) == "('a', 1)"
    assert printable("\u202egpj") == r"\u202egpj"


def test_what_has_no_words_is_named_by_python() -> None:
    assert printable(type("X", (), {"__str__": None})()).startswith("<")
    assert as_text(10**5000).startswith("<int object at")
