"""Tests of convlab.report.verdicts: a verdict reads without a legend, and what all come to."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from convlab.measure import Outcome, Verdict
from convlab.measure.verdict import ACROSS
from convlab.record import Record, Status
from convlab.report.verdicts import Claims, answer, outcome, verdict_text

HOLDS, REFUTED, UNDECIDED, INVALID = Outcome
COLOURS = {"green": "\x1b[32m", "yellow": "\x1b[33m", "red": "\x1b[31m"}


def verdict(outcome: Outcome = HOLDS, expected: Outcome | None = HOLDS, **more: Any) -> Verdict:
    fields = {"id": "C1", "source": "S2", "sentence": "it is so", "predicted": "at most 1"}
    fields |= {"measured": "0.5 [0.4–0.6]", "quantity": "error, plain", "unit": "share"}
    return Verdict(outcome=outcome, expected=expected, **(fields | more))


def printed(renderable: RenderableType, *, width: int = 160, color: bool = False) -> str:
    console = Console(
        file=(file := StringIO()),
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
    )
    console.print(renderable)
    return file.getvalue()


CONTROL = "control: it learned: 0.4 [0.3–0.5], not at most 0.1"
SAID: list[tuple[Verdict, str, str]] = [
    (verdict(), "✓ holds", "green"),
    (verdict(identity=True), "✓ holds, by construction", "green"),
    (verdict(REFUTED, REFUTED), "✓ refuted, as expected", "green"),
    (verdict(UNDECIDED, UNDECIDED, why=ACROSS), "✓ undecided, as expected", "green"),
    (verdict(UNDECIDED, UNDECIDED, why="a quick run"), "? undecided: a quick run", "yellow"),
    (verdict(HOLDS, None), "✓ holds (either was possible)", "green"),
    (verdict(REFUTED, None), "✓ refuted (either was possible)", "green"),
    (verdict(HOLDS, REFUTED), "✗ holds, but refuted was expected", "red"),
    (verdict(REFUTED), "✗ refuted, but holds was expected", "red"),
    (
        verdict(REFUTED, surprise="noise is learned"),
        "✗ refuted, but holds was expected: noise is learned",
        "red",
    ),
    (verdict(surprise="noise is learned"), "✓ holds", "green"),
    (verdict(UNDECIDED, why="needs 6 seeds"), "? undecided: needs 6 seeds", "yellow"),
    (verdict(UNDECIDED, None), "? undecided", "yellow"),
    (verdict(UNDECIDED, UNDECIDED, why="a quick run"), "? undecided: a quick run", "yellow"),
    (verdict(INVALID, None, why=CONTROL), f"✗ invalid: {CONTROL}", "red"),
    (
        verdict(UNDECIDED, other_settings="side=32, not 1024", why="x"),
        "? predicted for other settings: side=32, not 1024",
        "yellow",
    ),
]


@pytest.mark.parametrize(("given_", "said", "colour"), SAID, ids=[said for _, said, _ in SAID])
def test_a_verdict_is_a_mark_words_and_a_colour(given_: Verdict, said: str, colour: str) -> None:
    assert " ".join(verdict_text(given_)[:2]) == outcome(given_).plain == said
    text = printed(Claims([given_]), color=True)
    assert COLOURS[colour] in text
    assert not any(other in text for name, other in COLOURS.items() if name != colour)


@given(st.sampled_from(Outcome), st.none() | st.sampled_from(Outcome))
def test_no_two_different_verdicts_read_alike(came: Outcome, expected: Outcome | None) -> None:
    mark, told, style = verdict_text(verdict(came, expected))
    assert told.startswith(came) and (mark == "✓") == (style == "green")
    assert (mark == "✓") == verdict(came, expected).as_expected
    if mark == "✓":
        assert told == "holds" or "as expected" in told or "either" in told


@pytest.mark.parametrize("width", [60, 80, 119, 120, 140])
def test_a_claim_says_what_was_measured_in_which_unit(width: int) -> None:
    other = verdict(blind=False, id="C2", sentence="so it is, " * 9, quantity="a quantity, " * 5)
    text = printed(
        Claims([verdict(over="over 9 seeds"), other, verdict(over="over 9 seeds")]), width=width
    )
    assert max(map(len, text.splitlines())) <= width
    words = " ".join(text.split())
    for part in ("C1", "S2", "it is so", "error, plain (share)", "at most 1", "0.5", "[0.4–0.6]"):
        assert part in words
    assert "✓ holds" in words and "(set after" in words and words.count("over 9 seeds") == 1


def test_a_wide_screen_has_a_table_of_six_columns() -> None:
    heading = printed(Claims([verdict()]), width=140).splitlines()[1]
    for column in ("claim", "what it says", "measured", "predicted", "value", "verdict"):
        assert column in heading


def record(*verdicts: Verdict, **more: Any) -> Record:
    told: dict[str, Any] = {"answer": "It is half.", "status": Status.COMPLETED} | more
    return Record("x", "Is it?", {}, verdicts=verdicts, **told)


def said(shown: Record) -> str:
    text = answer(shown)
    return text.plain if text else ""


def test_an_answer_is_found_where_all_verdicts_are_decided_as_expected() -> None:
    sound = verdict(), verdict(REFUTED, REFUTED), verdict(REFUTED, None), verdict(identity=True)
    unsure = verdict(UNDECIDED, UNDECIDED, why=ACROSS)
    assert said(record(*sound, unsure)) == "We found: It is half."
    assert said(record(*sound)) == "We found: It is half."
    assert said(record()) == "We found: It is half."
    assert said(record(*sound, answer="")) == said(record(answer="")) == ""
    assert said(record(*sound, quick=True)) == "We found: It is half."  # all were exact


@pytest.mark.parametrize("given_", [v for v, said, _ in SAID if said[0] != "✓" and not v.surprise])
def test_else_one_line_says_which_claim_is_not_settled_and_why(given_: Verdict) -> None:
    told = said(record(verdict(id="C9"), given_))
    assert told.startswith("Not settled: C1 ") and "C9" not in told and "half" not in told
    reason = verdict_text(given_)[1]
    assert told.endswith("invalid: a control" if "control" in reason else reason)
    assert told == said(record(given_, answer=""))  # also of an experiment without an answer


def test_claims_that_are_unsettled_for_one_reason_are_named_together() -> None:
    few = [verdict(UNDECIDED, id=f"C{n}", why="needs 6 seeds") for n in range(9)]
    wrong = verdict(REFUTED, id="C99")
    assert said(record(wrong, *few[:2], few[1])) == (
        "Not settled: C99 refuted, but holds was expected; C0, C1 undecided: needs 6 seeds"
    )
    named = "C0, C1, C2, C3, C4, C5, and 3 more"
    assert said(record(*few)) == f"Not settled: {named} undecided: needs 6 seeds"


def test_a_run_that_decides_nothing_or_has_not_ended_finds_nothing() -> None:
    assert said(record(quick=True)) == ""
    assert said(record(verdict(), status=Status.FAILED)) == ""
    assert said(replace(record(verdict(REFUTED)), status=Status.INTERRUPTED)) == ""


def test_an_answer_stands_beside_a_prediction_that_failed_for_a_known_reason() -> None:
    failed = verdict(REFUTED, surprise="noise is learned")
    told = Record("one", "Why?", {}, verdicts=(verdict(), failed), answer="Because.")
    assert str(answer(replace(told, status=Status.COMPLETED))) == "We found: Because."
    for open_ in (UNDECIDED, INVALID):
        left = replace(failed, outcome=open_, why="a control")
        assert "Not settled: C1" in str(
            answer(replace(told, status=Status.COMPLETED, verdicts=(left,)))
        )
    unexplained = replace(told, status=Status.COMPLETED, verdicts=(replace(failed, surprise=""),))
    assert "Not settled: C1 refuted" in str(answer(unexplained))
