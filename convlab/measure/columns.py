"""Rows as a table for a reader: its columns, and a few arms side by side where that is shorter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..foreign import as_text
from .measurements import Row
from .sample import Sample

ARM = "arm"  # the factor of the conditions that an experiment compares
MOST_ARMS = 6  # that stand side by side


@dataclass(frozen=True)
class Columns:
    """The rows as they are shown, and the names of the columns before and after turning them."""

    rows: tuple[Row, ...]
    factors: tuple[str, ...]
    quantities: tuple[str, ...]
    quantity: str = ""  # what every column holds, where the columns are arms

    def samples(self, *names: str) -> list[Sample]:
        """Those of the columns, or of all."""
        chosen = names or self.quantities
        return [row.quantities[n] for row in self.rows for n in chosen if n in row.quantities]

    def statistic(self, name: str) -> str:
        """Which one the column shows; nothing where that is the same of all columns."""
        if len({sample.statistic for sample in self.samples()}) == 1:
            return ""
        return " or ".join(dict.fromkeys(sample.statistic for sample in self.samples(name)))


def columns(rows: Sequence[Row]) -> Columns:
    """The rows of one table; arms a column each, where the rows differ in other factors too.

    >>> from .sample import exactly
    >>> rows = [Row("t", {"arm": a, "size": 1}, {"error": exactly(2)}) for a in ("cnn", "mlp")]
    >>> columns(rows).factors, columns(rows).quantities, columns(rows).quantity
    (('size',), ('cnn', 'mlp'), 'error')
    """
    quantity = _only_quantity(rows)
    shown = _arms_as_columns(rows, quantity) if quantity else rows
    factors = dict.fromkeys(name for row in shown for name in row.factors)
    quantities = dict.fromkeys(name for row in shown for name in row.quantities)
    return Columns(tuple(shown), tuple(factors), tuple(quantities), quantity)


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
