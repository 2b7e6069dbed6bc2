"""Tests of convlab.report.run_list: the stored runs at every width, whatever they are."""

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from convlab import report
from convlab.measure import Outcome, Verdict
from convlab.measure.verdict import ACROSS
from convlab.record import Record, Status

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


def lines(*records: Record, width: int = 80) -> list[str]:
    console = Console(file=(file := StringIO()), width=width)
    console.print(report.runs(records))
    return [line.rstrip() for line in file.getvalue().splitlines()]


def cells(record: Record) -> list[str]:
    *_, line = lines(record, width=140)
    return line.split("  ")


def test_a_run_says_when_it_began_and_how_it_ended() -> None:
    *_, line = lines(run(HOLDS, status=Status.FAILED))
    assert line.split() == ["edge-001", "2026-11-22", "01:02", "failed", "1", "of", "1"]


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


def test_no_setting_is_broken_where_it_fits_on_a_line_of_its_own() -> None:
    changed = {"training.weight_decay": 0.0012345}
    text = lines(run(HOLDS, changed=changed))
    assert "  training.weight_decay=0.0012345" in text and "edge-001" in text
    wide = lines(run(HOLDS, changed=changed), width=140)
    assert "edge-001" in wide[-1] and "training.weight_decay=0.0012345" in wide[-1]
