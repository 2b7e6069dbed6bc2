"""Words from elsewhere for a terminal: never markup, nothing that acts on it, no flood."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rich.cells import cell_len
from rich.containers import Lines
from rich.text import Text

from ..foreign import printable
from ..measure.notes import alike

MOST_NOTES = 10  # that a terminal shows; the record keeps all
LONGEST_NOTE = 1000  # characters of one
THIN, NO_BREAK = "\u202f", "\xa0"  # spaces within a number, and between what belongs together
STAND_INS = str.maketrans(THIN + NO_BREAK, "\ue000\ue001")  # while lines are broken
SPACES = str.maketrans("\ue000\ue001", f"{THIN} ")
# What tells notes of one kind apart: whose note it is, what is quoted, files, and numbers.
_PARTICULAR = re.compile(r"^[^:]*: |`[^`]*`|'[^']*'|\"[^\"]*\"|\S*[\d/\\]\S*")


class Words(Text):
    """A text no line of which ends within a number: rich breaks at no-break spaces, too."""

    def wrap(self, *arguments: Any, **options: Any) -> Lines:
        lines = _with(self, STAND_INS).wrap(*arguments, **options)
        return Lines(_with(line, SPACES) for line in lines)


def words(*lines: object, style: str = "") -> Words:
    """The texts as they are, a line each."""
    return Words("\n".join(map(printable, lines)), style)


def joined(parts: Iterable[Text], by: str = "") -> Words:
    """The parts, each in its own style, one behind the other."""
    whole = Words()
    for place, part in enumerate(parts):
        whole.append(by if place else "").append(part)
    return whole


def bounds_together(text: str) -> str:
    """The text, in which no line will end between the bounds of an interval in brackets."""
    return re.sub(r"\[[^][]*\]", lambda found: found[0].replace(" ", NO_BREAK), text)


def longest_word(text: Text) -> int:
    """How many columns its longest word takes, which is a whole number where it is one."""
    return max(map(cell_len, re.split("[ \n]", text.plain)))


def longest_line(text: Text) -> int:
    """How many columns it takes where no line is broken."""
    return max(map(cell_len, text.plain.split("\n")))


def _with(text: Text, letters: Mapping[int, int]) -> Text:
    changed = Text.copy(text)
    changed.plain = changed.plain.translate(letters)  # as long as before: styles stay in place
    return changed


def notes(all_notes: Iterable[str]) -> list[Words]:
    """A line for each kind of note, with how many more there are, and no more than ten lines.

    Two notes are of a kind if they say the same of different names and numbers.
    """
    texts = list(dict.fromkeys(all_notes))
    kinds = alike((text[:LONGEST_NOTE] for text in texts), _PARTICULAR)
    lines = [_line([texts[place] for place in at]) for at in kinds]
    if more := len(lines) - MOST_NOTES:
        lines[MOST_NOTES:] = [f"{more} more notes are in the record"] if more > 0 else []
    return [words(f"note: {line}", style="dim") for line in lines]


def _line(of_a_kind: list[str]) -> str:
    first, *more = of_a_kind
    shown = first if len(first) <= LONGEST_NOTE else f"{first[:LONGEST_NOTE]} …"
    return f"{shown} (and {len(more)} more such notes)" if more else shown
