"""A record as text for programs: one JSON document, or one CSV line per measured quantity."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from .. import record as records
from ..foreign import as_text, printable
from ..record import Record, tidy

COLUMNS = ("experiment", "table", "factors", "quantity", "statistic", "center", "low", "high")


def as_json(record: Record, *, ascii_only: bool = False) -> str:
    """The record's document; `Record.document` says what is in it."""
    return records.as_json(record.document(), ascii_only=ascii_only)


def as_csv(*records: Record) -> str:
    """A header and one line per quantity of every row; the factors as `name=value; …`.

    Of several runs, each line begins with the name of its own.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    several = len(records) > 1
    writer.writerow([*(["run"] if several else []), *COLUMNS, "values"])
    for record in records:
        name = [printable(tidy.name_of(record))] if several else []
        writer.writerows([*name, *line] for line in _lines(record))
    return text.getvalue().rstrip("\n")


def _lines(record: Record) -> Iterator[list[Any]]:
    for row in record.measurements.rows:
        factors = "; ".join(f"{name}={as_text(value)}" for name, value in row.factors.items())
        for name, sample in row.quantities.items():
            low, high = sample.interval
            words = (record.experiment, row.table, factors, name, sample.statistic)
            cells = map(printable, words)  # one line each
            values = " ".join(map(repr, sample.values))
            yield [*cells, sample.center, low, high, values]
