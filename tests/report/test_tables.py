"""Tests of convlab.report.tables: which rows and columns there are, and how much is shown."""

import re
from io import StringIO
from math import nan

from rich.console import Console, RenderableType

from convlab import report
from convlab.measure import Row, Sample, exactly, number
from convlab.report.tables import SCREEN, FirstTables, of_small_version


def printed(renderable: RenderableType, *, width: int = 160) -> str:
    Console(file=(file := StringIO()), width=width).print(renderable)
    return file.getvalue()


def body(text: str) -> list[list[str]]:
    """The cells of the rows below the heading, of a table that has no line of its own below."""
    _, _, below = text.partition("─\n")
    return [re.split(r"\s{2,}", line.strip()) for line in below.splitlines()]


def turned(arms: int, *, more: bool = True) -> str:
    factors = [{"arm": f"arm {n}", **({"size": 3} if more else {})} for n in range(arms)]
    rows = [Row("t", each, {"error": exactly(n)}) for n, each in enumerate(factors)]
    return printed(report.quantities("t", rows))


def test_six_arms_stand_side_by_side_and_seven_below_each_other() -> None:
    assert [len(body(turned(arms))) for arms in (2, 6, 7)] == [1, 1, 7]
    assert body(turned(1))[0] == ["arm 0", "3", "0"]  # one arm is no comparison


def test_arms_that_are_one_as_text_hide_no_value() -> None:
    rows = [
        Row("t", {"arm": arm, "images": images}, {"n": exactly(10 * images + index)})
        for index, arm in enumerate((1, "1", type("X", (), {"__str__": None})()))
        for images in (1, 2)
    ]
    text = printed(report.quantities("t", rows))
    assert all(str(10 * images + index) in text for index in range(3) for images in (1, 2))


def test_rows_without_an_arm_are_left_as_they_are() -> None:
    rows = [
        Row("t", {"arm": "a", "size": 3}, {"error": exactly(1)}),
        Row("t", {"size": 4}, {"error": exactly(2)}),
    ]
    assert body(printed(report.quantities("t", rows))) == [["a", "3", "1"], ["4", "2"]]


def test_a_column_says_its_statistics_where_there_are_several_in_the_table() -> None:
    drawn = Sample((1.23456, 1.34567) * 4, "mean")
    rows = [
        Row("t", {"arm": "a"}, {"error": exactly(123_456_789), "other": drawn}),
        Row("t", {"arm": "b"}, {"error": drawn, "other": drawn}),
    ]
    text = printed(report.quantities("t", rows))
    assert "exact or mean" in text and text.count("mean") == 3  # and below the table
    assert "mean" not in printed(report.quantities("t", rows[1:])).replace("means with", "")
    assert "means with 95 % intervals over 8 seeds" in text
    assert number(123_456_789) in text and "exact" not in printed(report.quantities("t", [EXACT]))


EXACT = Row("t", {"arm": "a"}, {"error": exactly(1)})


def test_how_few_seeds_there_were_is_said_once_unless_rows_differ_in_it() -> None:
    rows = [Row("t", {"arm": arm}, {"error": Sample((1.0, 2.0), varies="data")}) for arm in "ab"]
    text = printed(report.quantities("t", rows))
    assert text.count("2 seeds") == 1 and "over 2 seeds, which vary data" in text
    assert "needs 6" in text
    other = Row("t", {"arm": "c"}, {"error": Sample((1.0, 2.0, 3.0))})
    text = printed(report.quantities("t", [*rows, other]))
    assert text.count("(2 seeds)") == 2 and "(3 seeds)" in text and "over 2 to 3 seeds" in text


def test_of_seeds_without_a_number_a_cell_tells() -> None:
    lost = Sample((1.0, nan))
    text = printed(report.quantities("t", [Row("t", {}, {"error": lost})]))
    assert "none for 1 of 2" in text and "(2 seeds)" not in text


def shown(tables: int, rows: int, *, width: int = 100, at_least: int = 0) -> str:
    grids = [
        report.quantities(
            f"table {n}", [Row("t", {"row": r}, {"x": exactly(r)}) for r in range(rows)]
        )
        for n in range(tables)
    ]
    return printed(FirstTables(grids, "elsewhere", at_least=at_least), width=width)


def test_as_many_tables_are_shown_as_a_screen_holds() -> None:
    lines = rows = 10 - 3  # of a table: title, heading, line
    assert lines and "elsewhere" not in shown(4, rows)
    text = shown(6, rows)
    assert "table 3" in text and "table 4" not in text
    assert text.splitlines()[-1] == "2 more tables (20 lines): elsewhere"
    assert shown(1, SCREEN) == f"1 table ({SCREEN + 3} lines): elsewhere\n"
    assert "table 0" in shown(1, SCREEN, at_least=1) and "elsewhere" not in shown(
        1, 60, at_least=1
    )
    assert "1 more table (" in shown(2, SCREEN, at_least=1)


def test_of_a_small_version_each_table_has_a_line() -> None:
    rows = [*(Row("one", {"arm": n}, {"x": exactly(n)}) for n in range(3)), Row("two", {}, {})]
    lines = printed(of_small_version(rows, "elsewhere")).splitlines()
    assert lines == [
        "one: 3 rows left out",
        "two: 1 row left out",
        "tables of a small version: elsewhere",
    ]
