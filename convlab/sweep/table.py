"""The table of a sweep for a terminal: a row for each point, on a narrow screen a few lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from ..record import Status
from ..report.grids import table
from ..report.words import bounds_together, joined, words
from . import quantities
from .points import named
from .quantities import Column, Value
from .rows import NOT_BEGUN, Row, counts

SCREEN = 40  # rows that are shown unasked
MOST_FAILURES = 10  # that are told below the table
STYLES = {Status.COMPLETED: "green", Status.RUNNING: "cyan", NOT_BEGUN: "dim"}


@dataclass(frozen=True)
class SweepTable:
    """Rows with the quantities to show; below them, why runs failed and where their logs are."""

    title: str
    rows: Sequence[Row]
    show: Sequence[str] = ()
    how: str = ""  # to see all the rows, where only the first are shown
    of: Sequence[Row] = ()  # all that there are, where these are a part

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        records = [each.record for each in self.rows]
        found = quantities.uncounted(quantities.columns(records, self.show))
        shown = self.rows[:SCREEN] if self.how else self.rows
        yield words(f"{self.title}, {counts(self.of or self.rows)}", style="italic")
        yield from _in_table(shown, found, options.max_width)
        if more := len(self.rows) - len(shown):
            yield words(f"{more} more run{'s' * (more != 1)}: {self.how}", style="dim")
        if said := caption(found):
            yield words(said, style="dim")
        yield from (words(note, style="yellow") for note in quantities.notes(records, self.show))
        yield from failures(self.rows)


def _in_table(
    rows: Sequence[Row], found: Mapping[str, Column], width: int
) -> Iterator[RenderableType]:
    known: dict[str, list[Text]] = {"run": [words(each.name) for each in rows]}
    for place, point in enumerate(rows[0].point):
        known[point.key] = [words(each.values[place]) for each in rows]
    if any(each.has_begun for each in rows):
        known["status"] = [_status(each) for each in rows]
    if any(each.verdicts for each in rows):
        known["verdicts"] = [words(each.verdicts) for each in rows]
    values = {n: [_value(c.get(place)) for place in range(len(rows))] for n, c in found.items()}
    columns = [*known.values(), *values.values()]
    headings = list(map(words, [*known, *values]))
    fitting = table(headings, list(zip(*columns, strict=True)), width, words_in=len(known))
    if fitting:
        yield fitting
    else:
        yield from (_in_lines(each, place, found) for place, each in enumerate(rows))


def _in_lines(row: Row, place: int, found: Mapping[str, Column]) -> RenderableType:
    """The point and its status on a line, verdicts and quantities on lines below."""
    head = joined([words(row.name), words(named(row.point)), _status(row)], by="  ")
    values = [
        joined([words(f"{name}:"), _value(column[place])], by=" ")
        for name, column in found.items()
        if place in column
    ]
    below = [*([words(row.verdicts)] if row.verdicts else []), *values]
    return Group(head, *(Padding.indent(line, 2) for line in below))


def _status(row: Row) -> Text:
    if row.has_failed:
        return words(row.status.upper(), style="bold red")
    return words(row.status, style=STYLES.get(row.status, "yellow"))


def _value(value: Value | None) -> Text:
    if value is None:
        return words()
    center, _, interval = bounds_together(value.text).partition(" ")
    return joined(filter(None, [words(center), words(interval, style="dim")]), by=" ")


def caption(found: Mapping[str, Column]) -> str:
    """What the intervals are of: once, or of which quantity where they differ."""
    by_kind: dict[str, list[str]] = {}
    for name, column in found.items():
        for over in dict.fromkeys(value.over for value in column.values() if value.over):
            by_kind.setdefault(over, []).append(name)
    if len(by_kind) == 1:
        return next(iter(by_kind))
    return "; ".join(f"{', '.join(names)}: {over}" for over, names in by_kind.items())


def failures(rows: Sequence[Row]) -> Iterator[Text]:
    """Of each run that failed its error and its log; of very many the first."""
    failed = [each for each in rows if each.has_failed]
    for each in failed[:MOST_FAILURES]:
        log = f"; log: {each.log}" if each.log else ""
        yield words(f"FAILED {each}: {each.error}{log}", style="red")
    if (more := len(failed) - MOST_FAILURES) > 0:
        yield words(f"and {more} more that failed; `convlab show RUN` says why", style="red")
