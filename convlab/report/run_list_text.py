"""The stored runs as text for programs: a JSON document, or one CSV line per run."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

from ..foreign import printable
from ..record import Head
from ..record.facts import setting
from ..record.text import plain

FIELDS = (
    *("run", "experiment", "status", "started", "seconds", "quick", "first_seed", "changed"),
    *("verdicts", "as_expected", "open", "error", "resume", "key"),
)


def document(heads: Iterable[Head]) -> list[dict[str, Any]]:
    """What is known of each run in JSON's types."""
    return [{name: plain(getattr(head, name)) for name in FIELDS} for head in heads]


def as_csv(heads: Iterable[Head]) -> str:
    """A header and one line per run; the changed settings as `key=value; …`."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIELDS)
    writer.writerows([_cell(getattr(head, name)) for name in FIELDS] for head in heads)
    return text.getvalue().rstrip("\n")


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        return printable("; ".join(f"{key}={setting(each)}" for key, each in value.items()))
    return printable(value) if isinstance(value, str) else value
