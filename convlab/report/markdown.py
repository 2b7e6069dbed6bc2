"""A record as Markdown: the question, the answer, the claims, all tables, figures and settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from ..foreign import printable
from ..record import Record, facts, grid
from ..record.grid import Grid

# What Markdown, or HTML or mathematics in it, would act on. An underline within a word it leaves,
# and brackets are a link only where more follows.
SPECIAL = re.compile(r"[\\`*<>|~$&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|(?<=\])[(\[]")
FIRST = re.compile(r"^(\d*)([-+=#.)\[])")  # what begins a list, a heading or a reference


def as_markdown(record: Record, figures: Sequence[str] = ()) -> str:
    """The record as a document; `figures` are the paths of its images as seen from there."""
    return "\n\n".join(_parts(record, figures))


def _parts(record: Record, figures: Sequence[str]) -> Iterator[str]:
    yield f"# {escaped(record.question)}"
    yield from map(paragraph, filter(None, (*facts.warnings(record), record.answer)))
    tables = [grid.claims(record.verdicts), grid.trained(record.trained), *grid.quantities(record)]
    yield from (table(each) for each in tables if each.rows)
    yield from (f"![{escaped(path)}]({quote(path)})" for path in figures)
    if notes := record.measurements.notes:
        yield "\n".join(["## Notes\n", *(f"- {paragraph(note)}" for note in notes)])
    yield table(facts.settings(record))
    yield table(facts.provenance(record))


def table(shown: Grid) -> str:
    """A table of GitHub's Markdown below its title; numbers stand to the right."""
    rule = ["---"] * shown.words + ["---:"] * (len(shown.headings) - shown.words)
    rows = [map(escaped, row) for row in shown.rows]
    lines = [map(escaped, shown.headings), rule, *rows]
    caption = ["", paragraph(shown.caption)] if shown.caption else []
    return "\n".join([f"## {escaped(shown.title)}", "", *map(_line, lines), *caption])


def paragraph(text: str) -> str:
    r"""The text as a paragraph, and not as a list or a heading.

    >>> print(paragraph("1. or *first*"))
    1\. or \*first\*
    """
    return FIRST.sub(r"\1\\\2", escaped(text).strip())


def escaped(text: object) -> str:
    r"""The text on one line, with nothing in it that Markdown acts on.

    >>> print(escaped("a|b <c> field_side [1, 2]"))
    a\|b \<c\> field_side [1, 2]
    """
    return SPECIAL.sub(r"\\\g<0>", printable(text))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
