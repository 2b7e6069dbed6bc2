"""Two runs beside each other for a reader: settings, quantities and their difference, verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import inf
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..measure import Sample, Verdict
from ..numbers import number, with_bounds
from ..record.comparison import MISSING, Comparison, Judged, Pair
from ..record.differences import Difference
from ..record.facts import setting
from ..record.grid import told
from .words import words

WIDE = 76  # columns from which two runs stand side by side
NONE = "–"  # what a run has not


@dataclass(frozen=True)
class Beside:
    """Rows of a name and what follows it; each name on a line of its own on a narrow screen."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Text]]
    caption: str = ""

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        yield Text()
        yield words(self.title, style="italic")
        if options.max_width >= WIDE:
            yield self._table()
        else:
            yield from map(self._in_lines, self.rows)
        if self.caption:
            yield words(self.caption, style="dim")

    def _table(self) -> Table:
        table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column(words(self.headings[0]), overflow="fold", ratio=3)
        for heading in self.headings[1:]:
            table.add_column(words(heading), overflow="fold", ratio=2)
        for row in self.rows:
            table.add_row(*row)
        return table

    def _in_lines(self, row: Sequence[Text]) -> RenderableType:
        named = zip(self.headings[1:], row[1:], strict=True)
        lines = [words(heading, style="dim") + Text(" ") + cell for heading, cell in named]
        return Group(row[0], *(Padding.indent(line, 2) for line in lines))


def comparison(shown: Comparison) -> Group:
    """What differs; then every quantity of both runs, and every claim."""
    parts: list[RenderableType] = [words(" and ".join(shown.names), style="bold")]
    parts += _values("how they were run", shown.names, shown.facts)
    parts += _values("settings", shown.names, shown.settings)
    for title, pairs in groupby(shown.pairs, key=lambda pair: pair.table):
        parts.append(_quantities(title, shown.names, list(pairs)))
    if shown.verdicts:
        headings = ("claim", *shown.names)
        parts.append(Beside("claims", headings, list(map(_judged, shown.verdicts))))
    return Group(*parts)


def _quantities(title: str, names: tuple[str, str], pairs: Sequence[Pair]) -> Beside:
    """The rows of a table; what is the same of all of them is said once."""
    quantities = {pair.quantity for pair in pairs}
    common = quantities.pop() if len(quantities) == 1 and all(p.factors for p in pairs) else ""
    ways = {pair.difference.how for pair in pairs if pair.difference}
    way = next(iter(ways)) if len(ways) == 1 else ""
    one, other = names
    return Beside(
        f"{title}: {common}" if common else title,
        ("row" if common else "quantity", one, other, "difference"),
        [_pair(pair, common, way) for pair in pairs],
        f"difference: {other} less {one}{f', {way}' if way else ''}" if ways else "",
    )


def _values(
    title: str, names: tuple[str, str], values: dict[str, tuple[Any, Any]]
) -> Iterator[RenderableType]:
    """A table of what differs, or that nothing does."""
    rows = [[words(key), *(_value(each) for each in pair)] for key, pair in values.items()]
    if rows:
        yield Beside(title, ("", *names), rows)
    else:
        yield Text()
        yield words(f"{title}: the same")


def _value(value: Any) -> Text:
    return words(NONE if value is MISSING else setting(value))


def _pair(pair: Pair, common: str, way: str) -> list[Text]:
    label = ": ".join(filter(None, (pair.row, "" if common else pair.quantity)))
    return [words(label), _center(pair.one), _center(pair.other), _difference(pair, way)]


def _center(sample: Sample | None) -> Text:
    return words(NONE if sample is None else sample.texts()[0])


def _difference(pair: Pair, way: str) -> Text:
    """How much more the other has, its interval, and how that was found if others differ."""
    found = pair.difference
    if found is None:
        return words(f"only in {'one' if pair.other is None else 'the other'}", style="dim")
    told = "" if way else f" {found.how}"
    return words(_with_interval(found)) + words(told, style="dim")


def _with_interval(found: Difference) -> str:
    """The difference alone where it is exact or no interval is known."""
    if (found.low, found.high) in ((-inf, inf), (found.center, found.center)):
        return number(found.center)
    return " ".join(with_bounds(found.center, found.low, found.high))


def _judged(judged: Judged) -> list[Text]:
    same = judged.one and judged.other and judged.one.outcome is judged.other.outcome
    named = words(judged.id, style="" if same else "bold") + words(f" {judged.sentence}")
    return [named, _verdict(judged.one), _verdict(judged.other)]


def _verdict(verdict: Verdict | None) -> Text:
    return words("not judged", style="dim") if verdict is None else words(" ".join(told(verdict)))
