"""The exercises of docs/exercises.md: the numbers of their answers are those of the runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import documentation
from tests.documentation import ROOT, Command

DOCUMENT = ROOT / "docs/exercises.md"
EXERCISES = re.split(r"^## ", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:-1]
NUMBER = re.compile(r"`([\d,]+(?:\.\d+)?)`")


def answer(exercise: str) -> str:
    (text,) = re.findall(r"<details><summary>Answer</summary>(.*?)</details>", exercise, re.DOTALL)
    return str(text)


def command(exercise: str) -> Command:
    (line,) = re.findall(r"^```sh\n(convlab .*)\n```$", exercise, re.MULTILINE)
    return Command(line)


def test_there_are_ten_each_with_one_command_one_question_and_an_answer() -> None:
    assert [exercise.partition(".")[0] for exercise in EXERCISES] == [str(n) for n in range(1, 11)]
    for exercise in EXERCISES:
        assert "?" in exercise.partition("```sh")[0]
        assert command(exercise) and NUMBER.search(answer(exercise))


def numbers(found: Any) -> Iterator[float]:
    """What was counted or measured: every number in the counts, or in the quantities of a run."""
    if isinstance(found, dict):
        parts = [row["quantities"] for row in found["rows"]] if "rows" in found else found.values()
        for part in parts:
            yield from numbers(part)
    elif isinstance(found, list):
        for part in found:
            yield from numbers(part)
    elif isinstance(found, int | float) and not isinstance(found, bool):
        yield abs(float(found))


def is_shown(text: str, known: list[float]) -> bool:
    """Whether one of them is this number, rounded to as many digits."""
    decimals = len(text.partition(".")[2])
    value = float(text.replace(",", ""))
    margin = 0.5000001 * 10**-decimals if decimals else 0  # what is counted is not rounded
    return any(abs(value - number) <= margin for number in known)


@pytest.mark.long
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda text: text.partition("\n")[0])
def test_an_answer_is_what_the_command_finds(exercise: str, tmp_path: Path) -> None:
    line = f"{command(exercise).line} --json"
    result = documentation.run(Command(line), tmp_path)
    assert result.exit_code == 0, result.stderr
    known = list(numbers(json.loads(result.stdout)))
    wrong = [text for text in NUMBER.findall(answer(exercise)) if not is_shown(text, known)]
    assert not wrong


@pytest.mark.parametrize(
    ("text", "known", "shown"),
    [
        ("0.6667", [2 / 3], True),
        ("0.6667", [0.6669], False),
        ("1,160,320", [1160320.0], True),
        ("81", [81.4], False),
    ],
)
def test_a_number_is_shown_as_it_is_rounded(text: str, known: list[float], shown: bool) -> None:
    assert is_shown(text, known) is shown
