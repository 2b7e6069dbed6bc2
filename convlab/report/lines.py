"""What runs measured as CSV: one line for each seed of a quantity, a column for each factor."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from ..foreign import printable
from ..record import Record, tidy


def as_tidy_csv(record: Record) -> str:
    """A header and the lines of `tidy`; a cell is empty where there is no such factor or seed."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(printable, tidy.headings(record)))
    writer.writerows(map(_cell, line) for line in tidy.lines(record))
    return text.getvalue().rstrip("\n")


def _cell(value: Any) -> Any:
    """Numbers as Python writes them, so that none is rounded; texts on one line."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return printable(value)
