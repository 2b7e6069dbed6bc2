"""Which runs are asked for: every filter narrows the list, and what is none is told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from convlab.errors import UsageError
from convlab.lab.selection import Selection
from convlab.record import Head, Status

HEADS = [
    Head("edge", Status.COMPLETED, started="2026-11-20T10:00:00+00:00"),
    Head("edge", Status.DEAD, started="2026-11-21T00:00:00+00:00"),
    Head("hadamard", Status.DEAD, started="2026-11-21T10:00:00+00:00"),
    Head("sweep of hadamard", Status.RUNNING, started="2026-11-22T10:00:00+00:00"),
    Head("x-001", Status.UNREADABLE),
]


def chosen(**changes: Any) -> list[int]:
    asked: dict[str, Any] = {"experiments": [], "statuses": [], "since": None} | changes
    return [HEADS.index(head) for head in Selection.of(**asked).of_heads(HEADS)]


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"experiments": ["edge"]}, [0, 1]),
        ({"experiments": ["hadamard"]}, [2, 3]),
        ({"experiments": ["hadamard", "edge"]}, [0, 1, 2, 3]),
        ({"statuses": ["dead"]}, [1, 2]),
        ({"statuses": ["dead", "unreadable"]}, [1, 2, 4]),
        ({"statuses": ["dead"], "experiments": ["edge"]}, [1]),
        ({"since": "2026-11-21"}, [1, 2, 3]),
        ({"since": "2026-11-21T00:01"}, [2, 3]),
        ({"since": "2026-11-21T00:01+02:00"}, [1, 2, 3]),
        ({"since": "2026-11-21", "statuses": ["dead"], "experiments": ["hadamard"]}, [2]),
    ],
)
def test_what_is_asked_for_is_all_of_it(asked: dict[str, Any], places: list[int]) -> None:
    assert chosen(**asked) == places


@pytest.mark.parametrize(
    ("span", "hours"), [("30m", 0.5), ("2h", 2), ("1.5h", 1.5), ("3d", 72), ("1w", 168)]
)
def test_a_span_ends_now(span: str, hours: float) -> None:
    now = datetime.now(UTC)
    times = [now - timedelta(hours=hours) + timedelta(minutes=late) for late in (-1, 1)]
    heads = [Head("edge", started=time.isoformat()) for time in times]
    assert Selection.of([], [], span).of_heads(heads) == heads[1:]


@pytest.mark.parametrize(
    "text", ["", "yesterday", "3", "3y", "-3d", "2026-13-01", "9" * 400 + "w"]
)
def test_what_is_no_time_is_told_with_those_that_are(text: str) -> None:
    with pytest.raises(UsageError, match=r"--since .*2026-11-20T15:30 \(UTC\), nor .* or 1w"):
        Selection.of([], [], text)


@pytest.mark.parametrize(
    ("word", "hint"),
    [("ded", "did you mean `dead`?"), ("xyz", "there are: running, completed, failed")],
)
def test_a_status_that_is_none_is_told_with_the_nearest(word: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        Selection.of([], [word], None)
    assert f"no run has the status `{word}`" in str(raised.value) and hint in str(raised.value)


@pytest.mark.parametrize("started", ["", "soon", "2026", "\x1b[31m"])
def test_a_run_that_says_no_time_is_in_no_span(started: str) -> None:
    assert Selection.of([], [], "1w").of_heads([Head("edge", started=started)]) == []


def test_where_nothing_is_chosen_the_nearest_experiment_is_told() -> None:
    assert Selection(("hadamrd", "edge")).nothing(HEADS).endswith("did you mean hadamard?")
    assert Selection(("edge",)).nothing(HEADS) == "of 5 runs none is such a one"
    assert not Selection() and Selection(since=datetime.now(UTC)) and Selection(("edge",))
