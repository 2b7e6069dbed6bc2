"""Measured quantities as tables: one line per row, each quantity with its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.text import Text

from ..foreign import as_text
from ..measure import Row, Sample, number
from ..measure.columns import Columns, columns
from ..measure.spread import spread
from .grids import Grid
from .trained import cells
from .words import joined, notes, words

MOST_ARRAYS = 20  # that are listed
SCREEN = 40  # lines of tables that are shown unasked


def arrays(sizes: Mapping[str, tuple[str, tuple[int, ...]]], broken: Iterable[str]) -> Group:
    """A line per array of a run, its type and shape by its name, and what cannot be read."""
    lines = [
        words(f"array: {name}, {kind} {'×'.join(map(str, shape)) or 'number'}")
        for name, (kind, shape) in sizes.items()
    ]
    if more := lines[MOST_ARRAYS:]:
        lines[MOST_ARRAYS:] = [words(f"and {len(more)} more arrays")]
    return Group(*lines, *notes(broken))


def by_title(rows: Iterable[Row]) -> Iterator[Grid]:
    """A table for each title, in the order of the rows."""
    for title, of_title in groupby(rows, key=lambda row: row.table):
        yield quantities(title, list(of_title))


@dataclass(frozen=True)
class FirstTables:
    """As many of the tables as a screen holds, and how many more there are, and where."""

    grids: Sequence[Grid]
    how: str  # to see the others
    at_least: int = 0  # that are shown, however long

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        lines = [len(console.render_lines(grid, options, pad=False)) for grid in self.grids]
        fitting = [place for place in range(1, len(lines) + 1) if sum(lines[:place]) <= SCREEN]
        shown = max([self.at_least, *fitting])
        yield from separated(self.grids[:shown])
        if left_out := lines[shown:]:
            more = "more " if shown else ""
            tables = "table" if len(left_out) == 1 else "tables"
            yield words(
                f"{len(left_out)} {more}{tables} ({sum(left_out)} lines): {self.how}", style="dim"
            )


def of_small_version(rows: Iterable[Row], how: str) -> Group:
    """A line for each table of a quick run, and how to see them: its numbers say little."""
    counts = Counter(row.table for row in rows)
    lines = [f"{title}: {rows} row{'s' * (rows != 1)} left out" for title, rows in counts.items()]
    return Group(
        *(words(line, style="dim") for line in [*lines, f"tables of a small version: {how}"])
    )


def separated(parts: Iterable[RenderableType]) -> Iterator[RenderableType]:
    """The parts, an empty line between each two."""
    for place, part in enumerate(parts):
        if place:
            yield Text()
        yield part


def quantities(title: str, rows: Sequence[Row]) -> Grid:
    """One line per row: its factors, then each quantity as its center and 95 % interval.

    Arms stand side by side, a column each, where the rows differ in other factors too.
    """
    shown = columns(rows)
    samples = [[row.quantities.get(name) for name in shown.quantities] for row in shown.rows]
    return Grid(
        title=title,
        names=list(map(words, shown.factors)),
        numbers=[_heading(name, shown) for name in shown.quantities],
        rows=list(_cells(shown.rows, shown.factors, samples)),
        caption=spread(shown.samples()),
    )


def _cells(
    rows: Sequence[Row], factors: Sequence[str], samples: Sequence[Sequence[Sample | None]]
) -> Iterator[list[Text]]:
    shown = iter(cells([sample for row in samples for sample in row]))
    for row, of_row in zip(rows, samples, strict=True):
        texts = (words(_as_text(row.factors.get(name, ""))) for name in factors)
        yield [*texts, *(next(shown) for _ in of_row)]


def _heading(name: str, shown: Columns) -> Text:
    """The column's name, what it holds if that is another word, and the statistic."""
    below = filter(None, (shown.quantity, shown.statistic(name)))
    return joined([words(name), *(words(line, style="dim not bold") for line in below)], by="\n")


def _as_text(factor: object) -> str:
    return number(factor) if isinstance(factor, float) else as_text(factor)
