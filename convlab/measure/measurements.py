"""What an experiment hands back: tidy rows in titled tables, arrays and notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from reprlib import repr as brief
from typing import Any

from numpy.typing import NDArray

from ..errors import did_you_mean, nearest
from .sample import Sample

KINDS: dict[str, type] = {"rows": list, "arrays": dict, "notes": list}


@dataclass(frozen=True)
class Row:
    """Factors (what was varied) and quantities (what was seen) in the table of that title.

    The title and all names are kept as text. Raises TypeError for a quantity that is no Sample,
    and ValueError for two names that are one as text.
    """

    table: str
    factors: dict[str, Any]
    quantities: dict[str, Sample]

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", str(self.table))  # of an object that is frozen
        object.__setattr__(self, "factors", _by_text(self.factors))
        object.__setattr__(self, "quantities", _by_text(self.quantities))
        for name, sample in self.quantities.items():
            if not isinstance(sample, Sample):
                raise TypeError(
                    f"the quantity `{name}` of the table `{self.table}` should be a Sample, not "
                    f"{brief(sample)}; write Sample(VALUES), or exactly(NUMBER)"
                )


def _by_text(named: Mapping[Any, Any]) -> dict[str, Any]:
    texts = {str(name): value for name, value in named.items()}
    if len(texts) < len(named):
        raise ValueError(f"two of these names are one as text: {', '.join(map(repr, named))}")
    return texts


class NotMeasured(LookupError):
    """No row has these factors, as when an arm was not asked for; others have the quantity.

    `meant` says which value of a factor was meant, if one is nearly so called.
    """

    meant = ""


class NoSuchName(LookupError):
    """No row anywhere has a quantity of that name, or none of its rows a factor of that name."""


@dataclass
class Measurements:
    """Tidy rows in titled tables, the arrays behind the figures, and notes for the reader.

    A quantity's name says its unit and convention: `weights (bytes)`. Raises TypeError where
    something else is put in the place of one of these.
    """

    rows: list[Row] = field(default_factory=list)
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __setattr__(self, name: str, value: object) -> None:
        kind = KINDS.get(name, object)
        if not isinstance(value, kind):
            message = f"`{name}` of Measurements should be a {kind.__name__}, not {brief(value)}"
            raise TypeError(message)
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        tables = len({row.table for row in self.rows})
        counts = {"rows": len(self.rows), "tables": tables, "arrays": len(self.arrays)}
        counts["notes"] = len(self.notes)
        return f"<Measurements: {', '.join(f'{name} {n}' for name, n in counts.items())}>"

    def add(
        self, table: str, factors: Mapping[str, Any], quantities: Mapping[str, Sample]
    ) -> None:
        self.rows.append(Row(table, dict(factors), dict(quantities)))

    def get(self, quantity: str, **factors: Any) -> Sample:
        """The one sample of that name whose row has these factors.

        Raises NoSuchName where one of the names is in no row, NotMeasured where no row has the
        factors, and LookupError where several do.
        """
        rows = [row for row in self.rows if quantity in row.quantities]
        _check_name("quantity", quantity, {name for row in self.rows for name in row.quantities})
        for name in factors:
            known = {each for row in rows for each in row.factors}
            _check_name(f"factor of {quantity!r}", name, known)
        matches = [
            row.quantities[quantity] for row in rows if factors.items() <= row.factors.items()
        ]
        if not matches:
            raise _not_measured(quantity, factors, [row.factors for row in rows])
        if len(matches) > 1:
            raise LookupError(f"{len(matches)} rows have {quantity!r} with {factors}, not one")
        return matches[0]


def _not_measured(
    quantity: str, wanted: Mapping[str, Any], known: Sequence[Mapping[str, Any]]
) -> NotMeasured:
    factors = ", ".join(f"{name}={value!r}" for name, value in wanted.items())
    error = NotMeasured(f"no row has {quantity!r} with {factors}")
    for name, value in wanted.items():
        values = [str(each[name]) for each in known if name in each]
        if str(value) not in values and (close := nearest(str(value), values)):
            error.meant = f"did you mean {name}={close!r}?"
    return error


def _check_name(kind: str, name: str, known: set[str]) -> None:
    if name not in known:
        names = (
            did_you_mean(name, sorted(known)) if known else "; no row was measured that has one"
        )
        raise NoSuchName(f"no {kind} is called `{name}`{names}")
