"""A sweep as documents: JSON, a CSV line per quantity, and its table for Markdown and LaTeX."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .. import record as records
from ..foreign import printable
from ..record.grid import Grid
from ..record.text import plain
from ..report import latex, markdown
from . import quantities, table
from .points import value_text
from .quantities import Column, Value
from .rows import MARKS, WORDS, Row, counts
from .stored import Sweep

COLUMNS = ("quantity", "statistic", "center", "low", "high", "values")
OF_A_VERDICT = ("id", "outcome", "expected", "as_expected", "other_settings", "why")


@dataclass(frozen=True)
class Shown:
    """A sweep, its rows, and the names of the quantities to show."""

    sweep: Sweep
    folder: Path
    rows: Sequence[Row]
    show: Sequence[str]

    @property
    def title(self) -> str:
        return f"sweep of {self.sweep.experiment}"

    @property
    def columns(self) -> dict[str, Column]:
        return quantities.columns([each.record for each in self.rows], self.show)

    @property
    def question(self) -> str:
        """What the experiment asks, once a run says so."""
        return next((each.record.question for each in self.rows if each.record), "")

    @property
    def figures(self) -> list[str]:
        """The names of its figures, in its folder."""
        return sorted(path.name for path in self.folder.glob("*.png"))


def as_json(shown: Shown, *, ascii_only: bool = False) -> str:
    """The sweep's document, as `docs/json.md` describes it."""
    return records.as_json(document(shown), ascii_only=ascii_only)


def document(shown: Shown) -> dict[str, Any]:
    """The sweep in JSON's types."""
    sweep, asked = shown.sweep, shown.sweep.asked
    made: dict[str, Any] = plain(
        {
            "version": sweep.version,
            "sweep": str(shown.folder),
            "experiment": sweep.experiment,
            "question": shown.question,
            "config": asked.config,
            "settings": {each.key: each.value for each in asked.overrides},
            "quick": asked.quick,
            "device": asked.device,
            "threads": asked.threads,
            "first_seed": asked.first_seed,
            "keys": sweep.keys,
            "runs": list(_runs(shown)),
            "figures": shown.figures,
        }
    )
    return made


def _runs(shown: Shown) -> Iterator[dict[str, Any]]:
    found = shown.columns
    for place, row in enumerate(shown.rows):
        judged = row.record.verdicts if row.record else ()
        values = {name: column[place] for name, column in found.items() if place in column}
        yield {
            "run": str(row.folder),
            "settings": {each.key: each.value for each in row.point},
            "status": row.status,
            "error": row.error,
            "log": str(row.log) if row.log else None,
            "seconds": row.seconds,
            "quantities": {name: _quantity(value) for name, value in values.items()},
            "verdicts": [{name: getattr(v, name) for name in OF_A_VERDICT} for v in judged],
        }


def _quantity(value: Value) -> dict[str, Any]:
    sample = value.sample
    return {
        "center": value.center,
        "low": value.low,
        "high": value.high,
        "statistic": sample.statistic if sample else None,
        "values": sample.values if sample else None,
    }


def as_csv(shown: Shown) -> str:
    """A header and a line per quantity of every point; of a run without any, one line as well."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(printable, ["run", *shown.sweep.keys, "status", *COLUMNS]))
    found = shown.columns
    for place, row in enumerate(shown.rows):
        before = list(map(printable, [row.name, *map(value_text, row.point), row.status]))
        values = [(name, column[place]) for name, column in found.items() if place in column]
        writer.writerows([*before, *_cells(name, value)] for name, value in values)
        if not values:
            writer.writerow([*before, *[""] * len(COLUMNS)])
    return text.getvalue().rstrip("\n")


def _cells(name: str, value: Value) -> list[Any]:
    sample = value.sample
    values = " ".join(map(repr, sample.values)) if sample else ""
    statistic = sample.statistic if sample else ""
    return [printable(name), statistic, value.center, value.low, value.high, values]


def grid(shown: Shown, marks: Mapping[str, str] = MARKS) -> Grid:
    """The table as plain text, with these words for the marks of verdicts."""
    found = quantities.uncounted(shown.columns)
    words = ["run", *shown.sweep.keys, "status", "verdicts"]
    rows = (
        [
            *(row.name, *map(value_text, row.point), row.status, row.judged(marks)),
            *(column[place].text if place in column else "" for column in found.values()),
        ]
        for place, row in enumerate(shown.rows)
    )
    caption = table.caption(found)
    return Grid.of(_heading(shown), [*words, *found], rows, words=len(words), caption=caption)


def _heading(shown: Shown) -> str:
    title = f"{shown.title}, {counts(shown.rows)}"
    return title[:1].upper() + title[1:]


def as_markdown(shown: Shown, figures: Sequence[str] = ()) -> str:
    """The sweep as a document; `figures` are the paths of its images as seen from there."""
    failed = [str(text) for text in table.failures(shown.rows)]
    parts = [
        f"# {markdown.escaped(shown.question or shown.title)}",
        markdown.table(grid(shown)),
        *map(markdown.paragraph, failed),
        *(f"![{markdown.escaped(path)}]({quote(path)})" for path in figures),
    ]
    return "\n\n".join(parts)


def as_latex(shown: Shown, name: str, figures: Sequence[str] = ()) -> str:
    """The table and figures to `\\input`, labelled `tab:NAME-1` and `fig:NAME-1` onwards."""
    failed = [latex.escaped(str(text)) for text in table.failures(shown.rows)]
    floats = latex.floats([grid(shown, WORDS)], name, figures)
    paragraph = rf"\paragraph{{{latex.escaped(shown.question or shown.title)}}}"
    return "\n\n".join([latex.NEEDED, paragraph, *failed, *floats])
