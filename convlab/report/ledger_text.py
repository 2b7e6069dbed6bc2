"""The ledger as text: one JSON document, CSV with a line per claim, or Markdown."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from ..foreign import printable
from .ledger import groups
from .standing import OURS, Standing, counts
from .states import below, drawn, legend, measured, verdict
from .strip import LETTERS

VERSION = 1  # of the document's form
NO_BREAK = "\N{NO-BREAK SPACE}"  # a browser keeps it where it stands


def document(
    standings: Sequence[Standing], posts: Mapping[str, str], predictions: Mapping[str, str]
) -> dict[str, Any]:
    """All of it in JSON's types; `predictions` holds the hash of each experiment's."""
    return {
        "version": VERSION,
        "counts": counts(standings),
        "posts": dict(posts),
        "predictions": dict(predictions),
        "claims": [standing.document() for standing in standings],
    }


def as_csv(standings: Sequence[Standing]) -> str:
    """A header and one line per claim."""
    text = StringIO()
    rows = [standing.document() for standing in standings]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names := [*Standing(id="", sentence="", source="").document()])
    writer.writerows([_in_a_cell(row[name]) for name in names] for row in rows)
    return text.getvalue().rstrip("\n")


def _in_a_cell(value: Any) -> str:
    return printable("; ".join(value) if isinstance(value, list) else value)


def as_markdown(standings: Sequence[Standing], posts: Mapping[str, str]) -> str:
    """The counts, and a table for each post."""
    lines = ["# What the posts claim, and what came out", "", counts(standings)]
    lines += ["", f"In a strip, {legend(LETTERS, '`')}."]
    for title, group in groups(standings, posts):
        lines += ["", f"## {_escaped(title)}", ""]
        lines += ["| claim | verdict | what it says | predicted | | measured |", "|---" * 6 + "|"]
        lines += [f"| {' | '.join(_markdown(standing))} |" for standing in group]
    return "\n".join(lines)


def _markdown(standing: Standing) -> Iterator[str]:
    yield standing.id + (f" ({OURS})" if standing.source == OURS else "")
    yield _escaped(verdict(standing))
    more = "; ".join(below(standing))
    yield _escaped(standing.sentence) + (f" ({_escaped(more)})" if more else "")
    yield _escaped(standing.predicted)
    shown = drawn(standing)
    yield f"`{shown.replace(' ', NO_BREAK)}`" if shown else ""
    yield _escaped(measured(standing))


def _escaped(text: str) -> str:
    """Letters that mean something in Markdown as they are."""
    return re.sub(r"([\\`*_<>|\[\]]|(?<=\])\()", r"\\\1", printable(text))
