"""Tests of convlab.report.run_list: the stored runs at every width, whatever they are."""

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from convlab import report
from convlab.measure import Outcome, Verdict
from convlab.measure.verdict import ACROSS
from convlab.record import Head, Record, Status
from convlab.report import run_list_text

HOLDS, REFUTED, UNDECIDED, INVALID = Outcome


def run(*outcomes: Outcome, **changes: Any) -> Record:
    verdicts = tuple(Verdict("C1", "S0", "so", outcome, HOLDS, "1", "1") for outcome in outcomes)
    made = Record(
        *("edge", "Is it?", {}),
        verdicts=verdicts,
        started="2026-11-22T01:02:03+00:00",
        run="runs/edge-001",
    )
    return replace(made, **changes)


def lines(*runs: Record | Head, width: int = 80) -> list[str]:
    heads = [run if isinstance(run, Head) else Head.of(run) for run in runs]
    console = Console(file=(file := StringIO()), width=width)
    console.print(report.runs(heads))
    return [line.rstrip() for line in file.getvalue().splitlines()]


def cells(record: Record) -> list[str]:
    *_, line = lines(record, width=140)
    return line.split("  ")


@pytest.mark.parametrize("width", [60, 80, 140])
def test_a_run_says_when_it_began_and_how_it_ended(width: int) -> None:
    text = " ".join(lines(run(HOLDS, status=Status.RUNNING), width=width)).split()
    told = ["edge-001", "2026-11-22", "01:02", "running", "1", "of", "1"]
    assert any(text[place:][: len(told)] == told for place in range(len(text)))


@pytest.mark.parametrize("width", [60, 80, 140])
def test_below_a_run_that_was_stopped_stands_how_to_go_on(width: int) -> None:
    stopped = replace(Head.of(run()), status=Status.DEAD, resume="convlab resume edge-001")
    assert lines(stopped, width=width)[-1] == "  `convlab resume edge-001` goes on with it"
    assert not any("goes on" in line for line in lines(run(), width=width))


def test_below_a_run_that_failed_stands_why_on_lines_that_end_with_the_screen() -> None:
    *_, line = lines(run(status=Status.FAILED, error="ValueError: no\x1b[31m (mine.py:12)"))
    assert line == r"  ValueError: no\x1b[31m (mine.py:12)"
    shown = lines(run(status=Status.FAILED, error="so it is " * 1000))
    assert max(map(len, shown)) <= 80 and 3 < len(shown) < 8


def test_letters_of_two_columns_leave_the_columns_in_line() -> None:
    wide, narrow = lines(run(run="runs/한글-001"), run(), width=100)[-2:]
    assert narrow.index("2026") == wide.index("2026") + 2  # each of both letters is one of len()


def test_a_long_list_of_settings_goes_on_below_its_own_column() -> None:
    changed = {f"setting_{number}": number for number in range(12)}
    _, _, first, *more = lines(run(changed=changed), width=100)
    column = first.index("setting_0")
    assert more and all(line[:column].strip() == "" and line[column] != " " for line in more)


def test_names_and_cells_are_coloured_only_on_a_terminal() -> None:
    for terminal, coloured in ((True, True), (False, False)):
        console = Console(file=(file := StringIO()), force_terminal=terminal, width=80)
        console.print(report.runs([Head.of(run())]))
        assert ("\x1b[" in file.getvalue()) == coloured


def test_as_csv_each_run_is_a_line_on_which_nothing_acts_on_a_terminal() -> None:
    made = run(HOLDS, changed={"a": [1, 2], "b": "x\ny\x1b[31m"}, error="one\ntwo")
    header, line, *more = run_list_text.as_csv([Head.of(made)]).split("\n")
    assert not more and header.startswith("run,experiment,status,started,")
    assert line.startswith("runs/edge-001,edge,completed,2026-11-22T01:02:03+00:00,0.0,False,0,")
    assert r"a=[1, 2]; b=x\ny\x1b[31m" in line and r"one\ntwo" in line


def test_the_document_has_json_s_types_and_each_run_its_folder() -> None:
    head = replace(Head.of(run(seconds=float("nan"))), resume="convlab resume edge-001")
    (one,) = run_list_text.document([head])
    assert one["seconds"] == "NaN" and one["run"] == "runs/edge-001"
    assert one["resume"] == "convlab resume edge-001" and "place" not in one


@pytest.mark.parametrize(
    ("why", "told"), [(ACROSS, "1 of 1"), ("a quick run", "1 open"), ("needs 6 seeds", "1 open")]
)
def test_a_verdict_that_was_expected_to_be_undecided_is_open_until_it_is_measured(
    why: str, told: str
) -> None:
    made = run(UNDECIDED)
    unsure = replace(made.verdicts[0], expected=UNDECIDED, why=why)
    *_, line = lines(replace(made, verdicts=(unsure,)))
    assert line.partition("completed")[2].strip() == told


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ((HOLDS, REFUTED, HOLDS), "2 of 3"),
        ((HOLDS, UNDECIDED), "1 of 2, 1 open"),
        ((INVALID, REFUTED), "0 of 2"),
        ((UNDECIDED, UNDECIDED), "2 open"),
        ((), ""),
    ],
)
def test_verdicts_are_counted(outcomes: tuple[Outcome, ...], told: str) -> None:
    *_, line = lines(run(*outcomes))
    assert line.partition("completed")[2].strip() == told
    *_, narrow = lines(run(*outcomes), width=60)
    assert narrow.endswith(told.replace(" of 3", " of 3 as expected")) or "as expected" in narrow


@pytest.mark.parametrize("width", [60, 80, 140])
def test_what_was_set_otherwise_is_shown(width: int) -> None:
    changed = {"training.lr": 0.001, "models": ["cnn", "mlp"], "image": "a" * 300, "on": True}
    text = " ".join(lines(run(changed=changed, quick=True, first_seed=7), width=width))
    words = "".join(text.split())
    for told in ("quick", "firstseed7", "training.lr=0.001", "models=[cnn,mlp]", "on=true"):
        assert told in words
    assert 30 < words.count("a" * 1) < 80 and "…" in words


@pytest.mark.parametrize("width", [60, 80, 140])
@pytest.mark.parametrize("name", ["edge-001", "a" * 25, "a" * 200, "[red]o\x1b[31m"])
def test_names_are_whole_at_every_width(width: int, name: str) -> None:
    shown = lines(run(HOLDS, run=f"runs/{name}"), run(run="runs/b-002"), width=width)
    assert max(map(len, shown)) <= width
    whole = "".join(line.split(" ")[0] for line in shown)
    assert name.replace("\x1b", r"\x1b") in whole and "b-002" in whole


def test_a_run_that_cannot_be_read_says_who_knows_why() -> None:
    lost = Record("x-001", "", {}, status=Status.UNREADABLE, run="runs/x-001", error="no")
    for width in (60, 140):
        assert "`convlab show` says why" in " ".join(lines(lost, width=width))


def test_without_runs_that_is_said() -> None:
    assert lines() == ["no runs yet: `convlab run NAME` keeps one"]
    console = Console(file=(file := StringIO()))
    console.print(report.runs([], "none is such a one"))
    assert file.getvalue() == "none is such a one\n"


def test_no_setting_is_broken_where_it_fits_on_a_line_of_its_own() -> None:
    changed = {"training.weight_decay": 0.0012345}
    text = lines(run(HOLDS, changed=changed))
    assert text[-1] == "  training.weight_decay=0.0012345" and text[-2].startswith("edge-001")
    wide = lines(run(HOLDS, changed=changed), width=140)
    assert "edge-001" in wide[-1] and "training.weight_decay=0.0012345" in wide[-1]
