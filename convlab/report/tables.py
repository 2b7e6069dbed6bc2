"""A record as rich tables: each quantity with its interval, each claim with what decided it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..foreign import as_text
from ..measure import Row, Sample, Verdict, number
from ..record import Record, Status
from .words import notes, words

HEADINGS = {
    "exact": "exact",
    "median": "median [95 %]",
    "mean": "mean [95 %]",
    "proportion": "proportion [95 %]",
    "difference": "difference [95 %]",
}
ARM = "arm"  # the factor of the conditions that an experiment compares
MOST_ARMS = 6  # that stand side by side
MOST_ARRAYS = 20  # that are listed


def record(shown: Record) -> RenderableType:
    """The question, every table, the claims, and where the run and its figures are."""
    parts: list[RenderableType] = [words(shown.question, style="bold")]
    for title, rows in groupby(shown.measurements.rows, key=lambda row: row.table):
        parts.append(quantities(title, list(rows)))
    if shown.verdicts:
        parts.append(claims(shown.verdicts))
    parts += notes(shown.measurements.notes)
    return Group(*parts, *_closing(shown))


def arrays(sizes: Mapping[str, tuple[str, tuple[int, ...]]], broken: Iterable[str]) -> Group:
    """A line per array of a run, its type and shape by its name, and what cannot be read."""
    lines = [
        words(f"array: {name}, {kind} {'×'.join(map(str, shape)) or 'number'}")
        for name, (kind, shape) in sizes.items()
    ]
    if more := lines[MOST_ARRAYS:]:
        lines[MOST_ARRAYS:] = [words(f"and {len(more)} more arrays")]
    return Group(*lines, *notes(broken))


def quantities(title: str, rows: Sequence[Row]) -> Table:
    """One line per row: its factors, then each quantity as its center and 95 % interval.

    Arms stand side by side, a column each, where the rows differ in other factors too.
    """
    quantity = _only_quantity(rows)
    rows = _arms_as_columns(rows, quantity) if quantity else rows
    factors = list(dict.fromkeys(name for row in rows for name in row.factors))
    columns = dict.fromkeys(name for row in rows for name in row.quantities)
    table = _table(title)
    for name in factors:
        table.add_column(words(name))
    for name in columns:
        samples = [row.quantities[name] for row in rows if name in row.quantities]
        table.add_column(_heading(name, quantity, samples), justify="right")
    for row in rows:
        cells = [words(_as_text(row.factors.get(name, ""))) for name in factors]
        table.add_row(*cells, *(_cell(row.quantities.get(name)) for name in columns))
    return table


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


def claims(verdicts: Iterable[Verdict]) -> Table:
    """Every claim: what it says, what was predicted, what was measured, and the verdict."""
    table = _table("claims")
    table.add_column("claim", style="bold")
    table.add_column("what it says", ratio=5)
    table.add_column("predicted", ratio=2)
    table.add_column("measured [95 %]", ratio=3)
    table.add_column("verdict")
    for verdict in verdicts:
        table.add_row(
            words(verdict.id, verdict.source, style="bold"),
            words(verdict.sentence),
            words(verdict.predicted),
            words(verdict.measured),
            _outcome(verdict),
        )
    return table


def _table(title: str) -> Table:
    return Table(
        title=words(title, style="italic"), title_justify="left", title_style="", padding=(0, 1)
    )


def _heading(name: str, quantity: str, samples: Sequence[Sample]) -> Text:
    """The column's name, what it holds if that is another word, and the statistic."""
    kinds = dict.fromkeys(HEADINGS[sample.statistic] for sample in samples)
    below = [*([quantity] if quantity else []), " or ".join(kinds)]
    lines = (words(line, style="dim not bold") for line in below)
    return Text("\n").join([words(name), *lines])


def _cell(sample: Sample | None) -> Text:
    if sample is None:
        return Text()
    center, spread = sample.texts()
    return Text(center) + Text(f" {spread}" if spread else "", style="dim")


def _as_text(factor: object) -> str:
    return number(factor) if isinstance(factor, float) else as_text(factor)


def _outcome(verdict: Verdict) -> Text:
    """The outcome, green where it is the expected one, with the expected one where it is not."""
    if verdict.outcome is verdict.expected:
        return Text(verdict.outcome, style="green")
    style = "yellow" if verdict.outcome == "undecided" else "red"
    return Text(f"{verdict.outcome}\nexpected: {verdict.expected}", style=style)


def _closing(shown: Record) -> list[Text]:
    lines = []
    if shown.quick:
        lines.append(Text("a quick run: it shows that all works and decides nothing"))
    if shown.status is not Status.COMPLETED:
        reason = f": {shown.error}" if shown.error else ""
        lines.append(words(f"this run is {shown.status}{reason}", style="bold red"))
    if shown.run:
        lines += [words(f"figure: {Path(shown.run) / name}") for name in shown.figures]
        lines.append(words(f"run: {shown.run} ({shown.seconds:.1f} s)"))
    return lines
