"""Tests of convlab.report.run: answers first, then what they rest on, then where it lies."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from convlab import report
from convlab.measure import Measurements, Outcome, Sample, Verdict, exactly
from convlab.record import Record, Status, Trained
from convlab.report.words import words

HOLDS = Verdict(
    "C1", "S0", "it is so", Outcome.HOLDS, Outcome.HOLDS, "exactly 1", "1", low=1, high=1
)


def record(**more: Any) -> Record:
    measurements = Measurements(notes=["a note"])
    measurements.add("first table", {"arm": "one"}, {"size": exactly(12)})
    measurements.add("second table", {"arm": "two"}, {"error": Sample((1.0,) * 6, varies="data")})
    loss = Sample((1.0,) * 6)
    fields: dict[str, Any] = {
        "measurements": measurements,
        "verdicts": (HOLDS,),
        "answer": "It is one.",
        "trained": (Trained("net", 1, 2, 6, 3, loss, loss, 0, 1.0),),
        "seconds": 1.26,
        "figures": ("a.png", "b.png"),
        "run": "runs/x-001",
    }
    return Record("x", "Is it?", {}, **(fields | more))


def printed(shown: Record, *, width: int = 140, **options: Any) -> str:
    Console(file=(file := StringIO()), width=width).print(report.record(shown, **options))
    return file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 140])
def test_answers_come_first_and_files_last(width: int) -> None:
    text = printed(record(), width=width, before_files=[words("wrote it")])
    parts = [
        *("Is it?", "We found: It is one.", "it is so", "what was trained", "first table"),
        *("second table", "note: a note", "wrote it", "figure: runs/x-001/a.png"),
        *("figure: runs/x-001/b.png", "run: runs/x-001 (1.3 s)"),
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places) and text.splitlines()[-1] == parts[-1]
    assert "\n\n\n" not in text


def test_other_seeds_than_the_first_are_told() -> None:
    assert "run: runs/x-001 (1.3 s; first seed 1000)" in printed(record(first_seed=1000))


def test_what_there_is_not_leaves_no_trace() -> None:
    bare = record(verdicts=(), trained=(), answer="", figures=(), run=None)
    text = printed(replace(bare, measurements=Measurements()))
    assert text.split() == ["Is", "it?"]


def test_a_quick_run_has_a_line_for_each_table_and_says_what_it_decides() -> None:
    text = printed(record(quick=True))
    assert "first table: 1 row left out" in text and "second table: 1 row left out" in text
    assert "`convlab show runs/x-001 --tables` shows them" in text
    assert "decides only what is exact" in text and "a quick run" not in printed(record())
    whole = printed(record(quick=True), tables=True)
    assert "left out" not in whole and "12" in whole


def long_one(**more: Any) -> Record:
    measurements = Measurements()
    for number in range(60):
        measurements.add("long table", {"row": number}, {"size": exactly(number)})
    return record(measurements=measurements, **more)


def test_tables_of_more_than_a_screen_are_shown_if_asked_for() -> None:
    text = printed(long_one())
    assert "1 table (63 lines): `convlab show runs/x-001 --tables` shows them" in text
    assert "long table" not in text
    assert "long table" in printed(long_one(), tables=True)


def test_a_table_that_is_all_there_is_is_shown_however_long() -> None:
    assert "long table" in printed(long_one(verdicts=(), trained=()))


def test_the_claims_say_what_their_own_intervals_are_of() -> None:
    """Also in a run that timed something, whose repeats are no seeds of theirs."""
    drawn = replace(HOLDS, over="means over 6 seeds")
    mixed = record(verdicts=(drawn, HOLDS))
    mixed.measurements.add("times", {}, {"time": Sample((1.0,) * 50, varies="repeats")})
    assert "means over 6 seeds\n\nwhat was trained" in printed(mixed)
    assert "means over" not in printed(record())  # it is exact


@pytest.mark.parametrize("status", Status)
def test_only_a_completed_run_does_not_say_how_it_is(status: Status) -> None:
    text = printed(record(status=status, error="OSError: full"))
    assert (f"this run is {status}: OSError: full" in text) == (status is not Status.COMPLETED)


def test_what_a_claim_says_is_shown_letter_by_letter() -> None:
    claim = replace(HOLDS, id="C[1]", source="S[0]", sentence="in [mm] it is", measured="[/x] y")
    for part in ("C[1]", "S[0]", "in [mm] it is", "[/x]"):
        assert part in printed(record(verdicts=(claim,)))
