"""Tests of convlab.report.progress: how far a run has come, said now and then."""

from io import StringIO

import pytest
from rich.console import Console

from convlab.record import Progress
from convlab.report import progress
from convlab.report.progress import ProgressLine, progress_text


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (Progress("read", 3, 4), "read  75% · 1 s left"),
        (Progress("read", 0, 4), "read   0%"),
        (Progress("read", 3, 0), "read 3"),
        (Progress("read", 4, 4), "read 100% · 0 s left"),
        (
            Progress("train", 500, 2000, 10, lambda: 0.25),
            "train  25% · loss 0.25 · 10 seeds · step 50 of 200 · 250 model steps/s · 6 s left",
        ),
    ],
)
def test_a_line_says_what_is_known(told: Progress, line: str) -> None:
    assert progress_text(told, seconds=2.0) == line


def said(monkeypatch: pytest.MonkeyPatch, *times: tuple[float, str], terminal: bool) -> str:
    """What stands on a console that was told of a task at each of these times."""
    clock = iter(time for time, _ in times)
    monkeypatch.setattr(progress, "perf_counter", lambda: next(clock))
    console = Console(file=(file := StringIO()), force_terminal=terminal, width=80)
    with ProgressLine(console) as line:
        for number, (_, task) in enumerate(times):
            line.tell(Progress(task, number, 0))
        return file.getvalue()  # before it is wiped away


def test_plain_lines_come_every_ten_seconds_and_not_for_a_short_task(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times = [(100.0, "a"), (109.0, "a"), (110.5, "a"), (119.0, "a"), (120.5, "a"), (130.0, "b")]
    lines = said(monkeypatch, *times, (139.9, "b"), terminal=False).splitlines()
    assert lines == ["a 2", "a 4"]


def test_a_live_line_comes_five_times_a_second_after_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times = [(100.0, "a"), (100.9, "a"), (101.1, "a"), (101.2, "a"), (101.4, "a")]
    text = said(monkeypatch, *times, terminal=True)
    assert [f"a {number}" in text for number in range(5)] == [False, False, True, False, True]
