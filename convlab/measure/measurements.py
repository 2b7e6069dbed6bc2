"""What an experiment hands back: tidy rows in titled tables, arrays and notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from .sample import Sample


@dataclass(frozen=True)
class Row:
    """Factors (what was varied) and quantities (what was seen) in the table of that title."""

    table: str
    factors: dict[str, Any]
    quantities: dict[str, Sample]


class NotMeasured(LookupError):
    """No row has the quantity and the factors that were asked for."""


@dataclass
class Measurements:
    """Tidy rows in titled tables, the arrays behind the figures, and notes for the reader.

    A quantity's name says its unit and convention: `weights (bytes)`.
    """

    rows: list[Row] = field(default_factory=list)
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(
        self, table: str, factors: Mapping[str, Any], quantities: Mapping[str, Sample]
    ) -> None:
        self.rows.append(Row(table, dict(factors), dict(quantities)))

    def get(self, quantity: str, **factors: Any) -> Sample:
        """The one sample of that name whose row has these factors.

        Raises NotMeasured where no row has them, and LookupError where several do.
        """
        matches = [
            row.quantities[quantity]
            for row in self.rows
            if quantity in row.quantities and factors.items() <= row.factors.items()
        ]
        if not matches:
            raise NotMeasured(f"no row has {quantity!r} with {factors}")
        if len(matches) > 1:
            raise LookupError(f"{len(matches)} rows have {quantity!r} with {factors}, not one")
        return matches[0]
