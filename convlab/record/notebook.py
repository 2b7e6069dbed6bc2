"""A record as it shows itself in a notebook: HTML that follows the notebook's light or dark."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..foreign import printable
from ..measure import Verdict
from . import facts, grid, pictures
from .record import Record

if TYPE_CHECKING:
    from jinja2 import Template

KINDS = {grid.YES: "good", grid.NO: "bad", grid.OPEN: "open"}  # of CSS
MOST_ROWS = 40  # of tables that are not folded away
LARGEST = 2**23  # bytes of a figure that is put into a notebook


def as_html(record: Record) -> str:
    """Claims, tables and figures; whatever a run holds is text here, and never markup."""
    tables = grid.quantities(record)
    first = _first(tables)
    figures = dict(_figures(record))
    return _template().render(
        question=printable(record.question),
        answer=printable(record.answer),
        warnings=list(map(printable, facts.warnings(record))),
        claims=grid.claims(record.verdicts),
        kinds=[_kind(verdict) for verdict in record.verdicts],
        shown=[grid.trained(record.trained), *tables[:first]],
        folded=tables[first:],
        figures=figures,
        absent=[name for name in map(printable, record.figures) if name not in figures],
        notes=list(map(printable, record.measurements.notes)),
        settings=facts.settings(record),
        line=printable(facts.summary(record)),
    )


@cache
def _template() -> Template:
    from jinja2 import Environment

    text = Path(__file__).with_suffix(".html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True).from_string(text)


def _kind(verdict: Verdict) -> str:
    return KINDS[grid.told(verdict)[0]]


def _first(tables: list[grid.Grid]) -> int:
    """How many tables are shown at once."""
    rows = 0
    for place, table in enumerate(tables):
        rows += len(table.rows)
        if rows > MOST_ROWS and place:
            return place
    return len(tables)


def _figures(record: Record) -> Iterator[tuple[str, str]]:
    """The PNG files of the run that are there, by name, as base64."""
    for name, path in pictures.there(record).items():
        if path.stat().st_size <= LARGEST:
            yield printable(name), b64encode(path.read_bytes()).decode("ascii")
