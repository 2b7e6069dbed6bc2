"""Tests of convlab.report.grids: a table fits every screen, and none of its numbers is lost."""

from __future__ import annotations

from io import StringIO

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from convlab.report.grids import Grid
from convlab.report.words import words

NUMBER = st.integers(0, 10**9).map(str)


def printed(grid: Grid, width: int) -> str:
    Console(file=(file := StringIO()), width=width).print(grid)
    return file.getvalue()


@given(st.lists(st.lists(NUMBER, min_size=3, max_size=3), max_size=4), st.integers(16, 120))
def test_every_number_is_whole_at_any_width(numbers: list[list[str]], width: int) -> None:
    rows = [[words(f"arm {n}"), *map(words, row)] for n, row in enumerate(numbers)]
    text = printed(Grid("a title", [words("arm")], list(map(words, "abc")), rows, "below"), width)
    for row in numbers:
        assert all(each in text for each in row)
    assert max(map(len, text.splitlines())) <= width
    assert text.startswith("a title\n") and text.endswith("below\n")


def test_on_a_narrow_screen_each_number_stands_behind_its_name() -> None:
    row = [words("plain"), words("x y"), words("12 345"), words(), words("0.5")]
    names, numbers = (
        [words("arm"), words("scene")],
        list(map(words, ("parameters", "none", "loss"))),
    )
    grid = Grid("t", names, numbers, [row])
    assert printed(grid, 120).splitlines()[-1].split() == ["plain", "x", "y", "12", "345", "0.5"]
    lines = [line.rstrip() for line in printed(grid, 22).splitlines()]
    assert lines == ["t", "plain, x y", "  parameters 12 345;", "  loss 0.5"]
