"""Tests of convlab.report: nothing is lost in a table, at any width, with or without colour."""

from io import StringIO
from typing import Any

import numpy as np
import pytest
from rich.console import Console, RenderableType

from convlab import report
from convlab.measure import Claim, Measurements, Outcome, Row, Sample, above, exactly, number
from convlab.record import Progress, Record, Status
from convlab.report.preview import preview
from convlab.report.progress import ProgressLine


def record(**changes: Any) -> Record:
    measurements = Measurements(notes=["one [bracketed] note"])
    for arm in ("plain", "[exp]"):
        quantities = {"error (share)": Sample((1.0, 2.0)), "parameters": exactly(267960)}
        measurements.add("a title", {"arm": arm}, quantities)
    measurements.add("another", {"step": 3}, {"rate": Sample((1.0,) * 20, "proportion")})
    claim = Claim(
        "C9", "S2", "a claim", lambda m: m.get("rate", step=3), above(2), Outcome.REFUTED
    )
    verdicts = (claim.check(measurements),)
    fields: dict[str, Any] = {
        "experiment": "x",
        "question": "Is it?",
        "settings": {},
        "run": "runs/x-001",
    }
    return Record(**fields, measurements=measurements, verdicts=verdicts, **changes)


def shown(renderable: RenderableType, width: int = 100, **options: Any) -> str:
    console = Console(file=(file := StringIO()), width=width, **options)
    console.print(renderable)
    return file.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 119, 120, 140])
def test_a_report_fits_and_shows_every_value(width: int) -> None:
    text = shown(report.record(record()), width)
    assert max(map(len, text.splitlines())) <= width
    for word in ("a title", "another", "[exp]", number(267960), "C9", "S2", "refuted", "note"):
        assert word in text


def by_arm(*factors: dict[str, Any], **more: Sample) -> list[str]:
    """The lines of a table of one quantity, whose values are 0, 1, 2 …"""
    rows = [Row("t", each, {"error": exactly(n)} | more) for n, each in enumerate(factors)]
    return shown(report.quantities("t", rows)).partition("─\n")[2].splitlines()


def test_arms_stand_side_by_side_where_rows_differ_in_more() -> None:
    grid: list[dict[str, object]] = [
        {"tested": tested, "arm": arm} for tested in "xyz" for arm in ("plain", "exp")
    ]
    lines = by_arm(*grid)
    assert [line.split() for line in lines] == [
        ["x", "0", "1"],
        ["y", "2", "3"],
        ["z", "4", "5"],
    ]
    holed = by_arm(*grid[:-1])
    assert holed[-1].split() == ["z", "4"]


def test_arms_are_rows_where_nothing_else_differs_or_more_is_measured() -> None:
    arms: list[dict[str, object]] = [{"arm": arm} for arm in ("plain", "exp")]
    assert len(by_arm(*arms)) == 2
    assert len(by_arm(*(each | {"size": 3} for each in arms), other=exactly(7))) == 2
    assert len(by_arm(*({"arm": str(n), "size": 3} for n in range(7)))) == 7  # too many
    assert len(by_arm(*({"arm": "plain", "size": n} for n in range(3)))) == 3  # only one
    twice = [each | {"size": 3} for each in (*arms, *arms)]
    assert len(by_arm(*twice)) == 4  # what stands twice is not lost


def test_a_run_that_ended_badly_says_so() -> None:
    text = shown(report.record(record(status=Status.FAILED, error="OSError: disk full")))
    assert "this run is failed: OSError: disk full" in text


def test_a_short_task_says_nothing_and_a_loss_is_not_computed_for_it() -> None:
    def never() -> float:
        raise AssertionError

    console = Console(file=(file := StringIO()))
    with ProgressLine(console) as progress:
        for done in range(5):
            progress.tell(Progress("plain", done, 5, 1, never))
    assert file.getvalue() == ""


def test_a_preview_keeps_a_line_one_pixel_wide() -> None:
    image = np.zeros((200, 300))
    image[:, 151] = -1.0
    lines = str(preview(image, Console(width=60, no_color=True, file=StringIO()))).splitlines()
    assert all(len(line) == 60 for line in lines)
    assert all("@" in line for line in lines)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (3, 2), (7, 1000)])
def test_an_image_of_any_size_has_a_preview(shape: tuple[int, int]) -> None:
    colored: dict[str, Any] = {"force_terminal": True, "color_system": "truecolor"}
    for options in ({"no_color": True}, colored):
        console = Console(width=40, file=StringIO(), **options)
        text = preview(np.ones(shape), console)
        assert len(text.plain.strip()) > 0


def test_a_coloured_preview_has_two_pixels_in_a_character() -> None:
    console = Console(
        width=40, file=(file := StringIO()), force_terminal=True, color_system="truecolor"
    )
    console.print(preview(np.array([[1.0, 0.0], [0.0, -1.0]]), console))
    white, black = "255;255;255", "0;0;0"
    assert f"38;2;{white};48;2;{black}m▀" in file.getvalue()  # above bright, below dark
    assert f"38;2;{black};48;2;{white}m▀" in file.getvalue()


def test_a_preview_without_colour_is_darkest_where_the_image_is_brightest() -> None:
    console = Console(width=40, no_color=True, file=StringIO())
    image = np.array([[0.0, 0.5, 1.0]] * 4)
    lines = str(preview(image, console)).splitlines()
    assert set(lines) == {" *@"}
    wide = preview(np.ones((10, 500)), Console(width=200, no_color=True, file=StringIO()))
    assert {len(line) for line in str(wide).splitlines()} == {80}
