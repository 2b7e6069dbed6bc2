"""Tests of convlab.sweep.drawing, table, watching, documents: a sweep as its readers see it."""

from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from convlab.config import Override
from convlab.lab.asked import Asked
from convlab.measure import Claim, Measurements, Sample, at, below, exactly
from convlab.record import Record, Status
from convlab.sweep import documents, drawing
from convlab.sweep.documents import Shown
from convlab.sweep.estimate import duration
from convlab.sweep.points import Point, points
from convlab.sweep.rows import MARKS, WORDS, Row
from convlab.sweep.stored import Sweep
from convlab.sweep.table import SweepTable
from convlab.sweep.watching import Watching

CLAIM = Claim("M1", "me", "it is small", at("error (%)"), below(500))


def record(value: float = 1.0) -> Record:
    m = Measurements()
    m.add("t", {}, {"error (%)": Sample(tuple(value + seed for seed in range(8)))})
    return Record("mine", "Is it?", {}, measurements=m, verdicts=(CLAIM.check(m),))


def sweep(**values: Sequence[Any]) -> Sweep:
    swept = {key: [Override(key, each) for each in several] for key, several in values.items()}
    return Sweep("mine", Asked("mine.yaml"), tuple(points(swept)))


def rows(of: Sweep, *, failed: Sequence[int] = ()) -> list[Row]:
    return [_row(number, point, number in failed) for number, point in enumerate(of.points)]


def _row(number: int, point: Point, failed: bool) -> Row:
    folder = Path(f"runs/sweep-mine-001/{number:05}")
    if failed:
        return Row(number, point, folder, str(Status.FAILED), "ValueError: no")
    return Row(number, point, folder, str(Status.COMPLETED), record=record(number + 1.0))


def drawn(of: Sweep, **more: Any) -> dict[str, Any]:
    return dict(drawing.figures(of, rows(of, **more), []))


def test_each_quantity_is_drawn_against_each_key_that_varies() -> None:
    assert list(drawn(sweep(a=[1, 2], b=["x"], c=[True, False]))) == ["error-by-a", "error-by-c"]


def test_a_line_is_of_one_combination_of_the_other_keys() -> None:
    axes = drawn(sweep(a=[2, 1], b=["x", "y"]))["error-by-a"].axes[0]
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert texts == ["b=x", "b=y"]
    (line, *_) = axes.containers[0]
    assert list(line.get_xdata()) == [1, 2] and list(line.get_ydata()) == [6.5, 4.5]
    (_, _, (bars,)) = axes.containers[0]
    low, high = bars.get_segments()[0][:, 1]
    assert low == 3 and high == 10  # the interval of eight seeds


@pytest.mark.parametrize(
    ("values", "scale", "labels"),
    [
        ([0.1, 0.001], "log", ["0.1", "0.001"]),
        ([1, 2], "linear", ["1", "2"]),
        ([0, 100], "linear", ["0", "100"]),
        (["x", 3], "linear", ["x", "3"]),
        ([True, False], "linear", ["true", "false"]),
        ([[0, 1], [1, 0]], "linear", ["[0, 1]", "[1, 0]"]),
    ],
)
def test_the_axis_says_the_values_of_the_key(
    values: list[Any], scale: str, labels: list[str]
) -> None:
    axes = drawn(sweep(a=values))["error-by-a"].axes[0]
    assert axes.get_xscale() == scale
    assert [label.get_text() for label in axes.get_xticklabels()] == labels
    joined = axes.containers[0][0].get_linestyle() != "None"
    assert joined == all(type(each) in (int, float) for each in values)


def test_no_more_lines_than_can_be_told_apart_and_that_is_said() -> None:
    axes = drawn(sweep(a=[1, 2], b=list(range(9))))["error-by-a"].axes[0]
    assert len(axes.containers) == 6 and "the first 6 of 9 lines" in axes.get_title()


def test_values_of_any_text_are_drawn_as_they_are(tmp_path: Path) -> None:
    figure = drawn(sweep(a=["$x^$", "a_b{", "x" * 99], b=["$1^$", "c"]))["error-by-a"]
    figure.savefig(tmp_path / "x.png")
    labels = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert labels == [r"\$x^\$", "a_b{", f"{'x' * 29}…"]


def test_what_failed_is_left_out() -> None:
    axes = drawn(sweep(a=[1, 2, 3]), failed=[1])["error-by-a"].axes[0]
    assert list(axes.containers[0][0].get_xdata()) == [1, 3]
    assert not drawn(sweep(a=[1, 2]), failed=[0, 1])


def test_figures_of_one_name_have_files_of_their_own() -> None:
    assert list(drawn(sweep(a=[1, 2], A=[1, 2]))) == ["error-by-a", "error-by-A-2"]


def printed(table: SweepTable, width: int) -> str:
    file = StringIO()
    Console(file=file, width=width).print(table)
    return file.getvalue()


@pytest.mark.parametrize("width", [40, 80, 140])
def test_the_table_fits_the_screen_and_says_all(width: int) -> None:
    of = sweep(a=[1, 2], name=["cnn"])
    text = printed(SweepTable("sweep of mine", rows(of, failed=[1])), width)
    assert max(map(len, text.splitlines())) <= width
    flat = " ".join(text.split())
    assert "00000" in flat and "4.5 [1.0–8.0]" in flat and "✓ M1" in flat
    assert "FAILED 00001 (a=2, name=cnn): ValueError: no" in flat
    assert "2 runs: 1 completed, 1 failed" in flat


def test_verdicts_are_told_in_short() -> None:
    row = rows(sweep(a=[1]))[0]
    assert row.judged(MARKS) == "✓ M1" and row.judged(WORDS) == "as expected: M1"


def test_a_live_table_shows_what_runs_on_a_screen_of_any_height(tmp_path: Path) -> None:
    of = sweep(a=list(range(60)))
    console = Console(file=StringIO(), force_terminal=True, width=80, height=12)
    with Watching(of, tmp_path, console) as watch:
        for number in range(30):
            watch.begun(number)
        shown = printed(watch.live.renderable, 80)  # type: ignore[arg-type]
    assert "60 runs: 30 running, 30 not begun" in shown and "00029" in shown
    assert len(shown.splitlines()) < 12


def test_documents_say_what_the_table_says() -> None:
    of = sweep(a=[1, 2])
    shown = Shown(of, Path("runs/sweep-mine-001"), rows(of, failed=[1]), [])
    markdown = documents.as_markdown(shown, ["x.svg"])
    assert "| 00000 | 1 | completed | ✓ M1 | 4.5 [1.0–8.0] |" in markdown
    assert "FAILED 00001 (a=2): ValueError: no" in markdown and "![x.svg](x.svg)" in markdown
    latex = documents.as_latex(shown, "sweep", ["x.pdf"])
    assert r"00000 & 1 & completed & as expected: M1 &" in latex
    assert r"\label{tab:sweep-1}" in latex and r"\label{fig:sweep-1}" in latex
    exact = Measurements()
    exact.add("t", {}, {"n": exactly(3)})
    bare = Row(
        0,
        of.points[0],
        Path("00000"),
        "completed",
        record=Record("m", "?", {}, measurements=exact),
    )
    assert documents.as_csv(Shown(of, Path(), [bare], [])).splitlines()[1] == (
        "00000,1,completed,n,exact,3.0,3.0,3.0,3.0"
    )


def test_a_duration_is_told_as_one_says_it() -> None:
    assert [duration(s) for s in (0.04, 9.96, 119, 600, 86400)] == [
        "0.0 s",
        "10.0 s",
        "119 s",
        "10 min",
        "24 h",
    ]
