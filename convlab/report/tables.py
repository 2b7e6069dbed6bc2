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
from .grids import Grid
from .spread import spread
from .trained import cells
from .words import joined, notes, words

ARM = "arm"  # the factor of the conditions that an experiment compares
MOST_ARMS = 6  # that stand side by side
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
    quantity = _only_quantity(rows)
    rows = _arms_as_columns(rows, quantity) if quantity else rows
    factors = list(dict.fromkeys(name for row in rows for name in row.factors))
    names = list(dict.fromkeys(name for row in rows for name in row.quantities))
    samples = [[row.quantities.get(name) for name in names] for row in rows]
    measured = [sample for row in samples for sample in row if sample]
    told = len({sample.statistic for sample in measured}) > 1  # else below the table
    columns = dict(zip(names, zip(*samples, strict=True), strict=True)) if rows else {}
    return Grid(
        title=title,
        names=list(map(words, factors)),
        numbers=[_heading(name, quantity, columns[name] if told else ()) for name in names],
        rows=list(_cells(rows, factors, samples)),
        caption=spread(measured),
    )


def _cells(
    rows: Sequence[Row], factors: Sequence[str], samples: Sequence[Sequence[Sample | None]]
) -> Iterator[list[Text]]:
    shown = iter(cells([sample for row in samples for sample in row]))
    for row, of_row in zip(rows, samples, strict=True):
        texts = (words(_as_text(row.factors.get(name, ""))) for name in factors)
        yield [*texts, *(next(shown) for _ in of_row)]


def _only_quantity(rows: Sequence[Row]) -> str:
    """The name of the only quantity of rows that a few arms and another factor tell apart."""
    names = {name for row in rows for name in row.quantities}
    arms = {as_text(row.factors.get(ARM)) for row in rows}
    kinds = {frozenset(_texts(row.factors).items()) for row in rows}
    varied = all(ARM in row.factors and len(row.factors) > 1 for row in rows)
    suits = varied and len(names) == 1 < len(arms) <= MOST_ARMS and len(kinds) == len(rows)
    return names.pop() if suits else ""


def _arms_as_columns(rows: Sequence[Row], quantity: str) -> list[Row]:
    turned: dict[tuple[tuple[str, str], ...], Row] = {}
    for row in rows:
        others = {name: value for name, value in row.factors.items() if name != ARM}
        key = tuple(_texts(others).items())
        joint = turned.setdefault(key, Row(row.table, others, {}))
        joint.quantities[as_text(row.factors[ARM])] = row.quantities[quantity]
    return list(turned.values())


def _texts(factors: Mapping[str, object]) -> dict[str, str]:
    return {name: as_text(value) for name, value in factors.items()}


def _heading(name: str, quantity: str, samples: Iterable[Sample | None]) -> Text:
    """The column's name, what it holds if that is another word, and the statistic."""
    kinds = dict.fromkeys(sample.statistic for sample in samples if sample)
    below = [*([quantity] if quantity else []), *([" or ".join(kinds)] if kinds else [])]
    return joined([words(name), *(words(line, style="dim not bold") for line in below)], by="\n")


def _as_text(factor: object) -> str:
    return number(factor) if isinstance(factor, float) else as_text(factor)
