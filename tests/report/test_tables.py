"""Tests of convlab.report.tables: the colour of a verdict, and what closes a report."""

from dataclasses import replace
from io import StringIO
from typing import get_args

import pytest
from rich.console import Console, RenderableType

from convlab import report
from convlab.measure import Measurements, Outcome, Row, Sample, Statistic, Verdict, exactly
from convlab.record import Record, Status

HOLDS, REFUTED, UNDECIDED, INVALID = Outcome
GREEN, YELLOW, RED = (f"\x1b[{code}m" for code in (32, 33, 31))


def verdict(outcome: Outcome, expected: Outcome) -> Verdict:
    return Verdict("C1", "S0", "it is so", outcome, expected, "exactly 1", "2")


def printed(renderable: RenderableType, *, color: bool = False) -> str:
    file = StringIO()
    console = Console(
        file=file, width=160, force_terminal=color, color_system="standard" if color else None
    )
    console.print(renderable)
    return file.getvalue()


@pytest.mark.parametrize("expected", [HOLDS, REFUTED, UNDECIDED, INVALID])
@pytest.mark.parametrize("outcome", [HOLDS, REFUTED, UNDECIDED, INVALID])
def test_green_is_as_expected_yellow_undecided_and_red_otherwise(
    outcome: Outcome, expected: Outcome
) -> None:
    text = printed(report.claims([verdict(outcome, expected)]), color=True)
    color = GREEN if outcome is expected else YELLOW if outcome is UNDECIDED else RED
    assert f"{color}{outcome}" in text
    assert sum(text.count(each) for each in (GREEN, YELLOW, RED) if each != color) == 0
    assert (f"expected: {expected}" in text) == (outcome is not expected)


def record() -> Record:
    measurements = Measurements(notes=["a note"])
    measurements.add("t", {"arm": "one", "share": 0.123456}, {"size": exactly(12345)})
    measurements.add("t", {"arm": "two"}, {"error": Sample((1.0,) * 6)})
    return Record(
        experiment="x",
        question="Is it?",
        settings={},
        measurements=measurements,
        seconds=1.26,
        figures=("a.png", "b.png"),
        run="runs/x-001",
    )


def cells(text: str) -> list[list[str]]:
    lines = [line.replace("┃", "│") for line in text.splitlines()]
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "│" in line]


def test_a_row_has_its_own_factors_and_quantities_and_no_others() -> None:
    assert cells(printed(report.record(record())))[-2:] == [
        ["one", "0.1235", "12\u202f345", ""],
        ["two", "", "", "1 [1–1]"],
    ]


def test_a_report_ends_with_its_figures_and_its_folder() -> None:
    lines = printed(report.record(record())).splitlines()
    assert [line.strip() for line in lines[-4:]] == [
        "note: a note",
        "figure: runs/x-001/a.png",
        "figure: runs/x-001/b.png",
        "run: runs/x-001 (1.3 s)",
    ]
    assert "run:" not in printed(report.record(replace(record(), run=None)))


def test_only_a_quick_run_says_that_it_decides_nothing() -> None:
    assert "decides nothing" in printed(report.record(replace(record(), quick=True)))
    assert "decides nothing" not in printed(report.record(record()))


@pytest.mark.parametrize("status", Status)
def test_only_a_completed_run_does_not_say_how_it_is(status: Status) -> None:
    text = printed(report.record(replace(record(), status=status)))
    assert (f"this run is {status}" in text) == (status is not Status.COMPLETED)


def test_what_a_claim_says_is_shown_letter_by_letter() -> None:
    claim = Verdict("C[1]", "S[0]", "in [mm] it is", HOLDS, HOLDS, "exactly [1]", "2 [/x] y")
    text = printed(report.claims([claim]))
    for part in ("in [mm] it is", "exactly [1]", "2 [/x] y"):
        assert part in text


def body(text: str) -> list[list[str]]:
    """The cells of the rows below the heading."""
    lines = [line for line in text.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


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
    assert body(printed(report.quantities("t", rows))) == [["a", "3", "1"], ["", "4", "2"]]


def test_a_column_says_all_statistics_in_it_and_ends_at_the_right() -> None:
    rows = [
        Row("t", {"arm": "a"}, {"error": exactly(123_456_789)}),
        Row("t", {"arm": "b"}, {"error": Sample((1.23456, 1.34567) * 4, "mean")}),
    ]
    text = printed(report.quantities("t", rows))
    assert "exact or mean [95 %]" in text
    assert "  123\u202f456\u202f789 │" in text and "  1.29 [1.24–1.34] │" in text


@pytest.mark.parametrize("statistic", get_args(Statistic))
def test_every_statistic_has_a_heading(statistic: Statistic) -> None:
    sample = Sample((1.0,) if statistic == "exact" else (1.0,) * 6, statistic)
    assert statistic in printed(
        report.quantities("t", [Row("t", {"arm": "a"}, {"error": sample})])
    )
