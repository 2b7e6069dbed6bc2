"""Words from elsewhere for a terminal: never markup, nothing that acts on it, no flood."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.text import Text

from ..foreign import printable
from ..measure.notes import alike

MOST_NOTES = 10  # that a terminal shows; the record keeps all
LONGEST_NOTE = 1000  # characters of one
# What tells notes of one kind apart: whose note it is, what is quoted, files, and numbers.
_PARTICULAR = re.compile(r"^[^:]*: |`[^`]*`|'[^']*'|\"[^\"]*\"|\S*[\d/\\]\S*")


def words(*lines: object, style: str = "") -> Text:
    """The texts as they are, a line each."""
    return Text("\n".join(map(printable, lines)), style)


def notes(all_notes: Iterable[str]) -> list[Text]:
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
