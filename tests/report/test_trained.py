"""Tests of convlab.report.trained: a row for each arm, and the trials in a line."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console, Group

from convlab.measure import Sample, number
from convlab.record import Trained
from convlab.report.trained import trained


def one(name: str = "plain", **more: Any) -> Trained:
    seeds = more.get("seeds", 8)
    first, last = (Sample((value,) * seeds, varies="weights") for value in (2.5, 0.125))
    fields = {"parameters": 12_345, "multiply_adds": 67_890, "seeds": seeds, "steps": 1_000}
    fields |= {"first_loss": first, "last_loss": last, "diverged": 0, "seconds": 1.25}
    return Trained(name, **(fields | more))


def printed(*trainings: Trained, width: int = 140) -> str:
    Console(file=(file := StringIO()), width=width).print(Group(*trained(trainings)))
    return file.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_a_row_has_size_losses_and_time_at_any_width(width: int) -> None:
    text = printed(one("plain, on a scene of two rectangles"), one("other"), width=width)
    assert max(map(len, text.splitlines())) <= width
    for part in (number(12_345), number(67_890), "2.5", "0.125", "1.2", "other", "parameters"):
        assert part in text
    assert "…" not in text
    words = " ".join(text.split())
    assert all(part in words for part in ("per sample", "first", "last loss"))
    assert "none diverged" in words and "8 seeds, which vary weights" in words
    assert " ".join(f"{number(1000)} steps each".split()) in words


def test_what_differs_between_the_arms_has_a_column() -> None:
    same, other = printed(one(), one("b")), printed(one(), one("b", steps=7, seeds=9, diverged=2))
    heading, other_heading = (text.partition("─")[0] for text in (same, other))
    for column in ("seeds", "steps", "diverged"):
        assert column not in heading and column in other_heading
    assert "none diverged" not in other and "over 8 to 9 seeds" in other
    assert "2 diverged" in printed(one(diverged=2))


def test_what_could_not_be_counted_is_a_dash_and_no_number() -> None:
    assert "–" in printed(one(multiply_adds=None)).partition("─\n")[2].splitlines()[0]


def test_trials_are_one_line() -> None:
    trials = [one(f"lr {n}", trial=True, seconds=2.0) for n in range(3)]
    text = printed(*trials, one())
    assert "lr" not in text
    assert "and 3 trials" in text and "6.0 s in all" in text and "in the record" in text
    assert "trial" not in printed(one()) and not printed()
    assert "1 trial, " in printed(trials[0], one())


def test_of_too_few_seeds_no_interval_is_shown() -> None:
    text = printed(one(seeds=2))
    assert "[" not in text and "needs 6" in text and text.count("2 seeds") == 1
