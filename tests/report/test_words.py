"""Tests of convlab.report.words: no word from elsewhere is markup or acts on a terminal."""

from dataclasses import replace
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from convlab import report
from convlab.measure import Claim, Outcome, Sample, below, exactly
from convlab.record import Progress, Record, Status, Trained
from convlab.report.progress import ProgressLine, progress_text
from convlab.report.words import (
    LONGEST_NOTE,
    MOST_NOTES,
    bounds_together,
    joined,
    longest_word,
    notes,
    words,
)

HOSTILE = "[/x] [red]a[/] \x1b[31mb\x9b2J\u202e\nc"
SEEN = r"[/x] [red]a[/] \x1b[31mb\x9b2J\u202e\nc"


def shown(renderable: RenderableType) -> str:
    console = Console(file=(file := StringIO()), width=800)
    console.print(renderable)
    return file.getvalue()


class Config(BaseModel):
    image: str = Field(HOSTILE, description=HOSTILE)


def hostile() -> Record:
    record = Record(
        HOSTILE, HOSTILE, {}, status=Status.FAILED, figures=(HOSTILE,), error=HOSTILE, run=HOSTILE
    )
    for arm in (HOSTILE, "b"):
        record.measurements.add(HOSTILE, {"arm": arm, HOSTILE: HOSTILE}, {HOSTILE: exactly(1)})
    record.measurements.add(f"{HOSTILE} 2", {HOSTILE: HOSTILE}, {HOSTILE: exactly(1)})
    record.measurements.notes.append(HOSTILE)
    one = Sample((1.0,))
    return replace(record, trained=(Trained(HOSTILE, 1, None, 1, 1, one, one, 0, 1.0),))


CLAIM = Claim(HOSTILE, HOSTILE, HOSTILE, lambda m: Sample((1.0,)), below(1), Outcome.HOLDS)


@pytest.mark.parametrize(
    ("renderable", "times"),
    [
        (report.record(hostile(), tables=True), 16),
        (report.Claims([CLAIM.check(hostile().measurements)]), 3),
        (report.names({HOSTILE: HOSTILE}), 2),
        (report.groups({HOSTILE: {HOSTILE: HOSTILE}}), 3),
        (report.arrays({HOSTILE: ("float32", (2, 3))}, [HOSTILE]), 2),
        (report.experiment(f"{HOSTILE}\n\nb", [CLAIM], Config()), 5),
    ],
)
def test_every_text_is_seen_as_it_is_and_does_nothing(
    renderable: RenderableType, times: int
) -> None:
    text = shown(renderable)
    assert not {"\x1b", "\x9b", "\u202e"} & set(text)
    assert text.count("[red]a[/]") >= times - 2 and SEEN in text


def test_a_task_of_a_run_is_seen_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convlab.report.progress.SILENT", 0.5)
    monkeypatch.setattr("convlab.report.progress.REPEATED", 0.5)
    monkeypatch.setattr("convlab.report.progress.perf_counter", iter(range(9)).__next__)
    console = Console(file=(file := StringIO()), width=200)
    with ProgressLine(console) as progress:
        progress.tell(Progress(HOSTILE, 0, 2))
        progress.tell(Progress(HOSTILE, 1, 2))
    assert file.getvalue().startswith(SEEN) and "\x1b" not in file.getvalue()
    assert HOSTILE in progress_text(Progress(HOSTILE, 1, 2), 1.0)


@given(st.text(st.characters(exclude_categories=())))
def test_a_csv_line_is_one_line_and_acts_on_nothing(word: str) -> None:
    record = Record("x", "?", {})
    record.measurements.add(word, {"f": word}, {word: exactly(1)})
    lines = report.as_csv(record).splitlines()
    assert len(lines) == 2
    assert all(c.isprintable() or c.isspace() or c in "\u200c\u200d" for c in lines[1])


@pytest.mark.parametrize("width", range(13, 40, 3))
def test_no_line_ends_within_a_number(width: int) -> None:
    number = "8\u202f003\u202f072\u202f000"
    grid = Table.grid()
    grid.add_row(
        joined([words("it has"), words(number, style="red"), words("\xa0of them")], by=" ")
    )
    Console(file=(file := StringIO()), width=width).print(grid)
    assert number in file.getvalue() and "\xa0" not in file.getvalue()
    assert longest_word(words(f"it is {number}")) == 13


def test_the_bounds_of_an_interval_stay_together() -> None:
    assert bounds_together("0.5 [-1 – 2], none") == "0.5 [-1\xa0–\xa02], none"
    assert bounds_together("[2 [-1, 2] of 3") == "[2 [-1,\xa02] of 3"


def test_words_stand_below_each_other() -> None:
    assert words("a", 1) == Text("a\n1")


def lines(*texts: str) -> list[str]:
    return [line.plain for line in notes(texts)]


def test_notes_of_a_kind_are_one_line() -> None:
    floats = [f"my photo {n}.png: floats from 0 to {n / 7}, taken as they are" for n in range(50)]
    assert lines(*floats, "one more") == [
        f"note: {floats[0]} (and 49 more such notes)",
        "note: one more",
    ]
    assert (
        lines("read `a`", "read `b`", "wrote `c`")[0] == "note: read `a` (and 1 more such notes)"
    )
    assert lines("the same", "the same") == ["note: the same"]
    assert lines("one thing", "another thing") == ["note: one thing", "note: another thing"]


def test_no_more_than_ten_notes_are_shown_and_the_record_keeps_all() -> None:
    letters = [chr(97 + n // 26) + chr(97 + n % 26) for n in range(200)]
    assert len(lines(*letters[:MOST_NOTES])) == MOST_NOTES
    many = lines(*letters)
    assert len(many) == MOST_NOTES + 1 and many[-1] == "note: 190 more notes are in the record"
    assert len(lines("x" * 10**6)[0]) < LONGEST_NOTE + 20
    record = Record("x", "?", {})
    record.measurements.notes += letters
    assert record.document()["notes"] == letters
