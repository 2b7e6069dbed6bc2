"""A record as text for programs: one JSON document, or one CSV line per measured quantity."""

from __future__ import annotations

import csv
from io import StringIO

from .. import record as records
from ..foreign import as_text, printable
from ..record import Record

COLUMNS = ("experiment", "table", "factors", "quantity", "statistic", "center", "low", "high")


def as_json(record: Record, *, ascii_only: bool = False) -> str:
    """The record's document; `Record.document` says what is in it."""
    return records.as_json(record.document(), ascii_only=ascii_only)


def as_csv(record: Record) -> str:
    """A header and one line per quantity of every row; the factors as `name=value; …`."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, "values"])
    for row in record.measurements.rows:
        factors = "; ".join(f"{name}={as_text(value)}" for name, value in row.factors.items())
        for name, sample in row.quantities.items():
            low, high = sample.interval
            words = (record.experiment, row.table, factors, name, sample.statistic)
            cells = map(printable, words)  # one line each
            values = " ".join(map(repr, sample.values))
            writer.writerow([*cells, sample.center, low, high, values])
    return text.getvalue().rstrip("\n")
