"""What there is: experiments, configs and runs, and what one experiment asks and claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from rich.console import Group, RenderableType
from rich.table import Table

from ..measure import Claim
from ..record import Record, Status
from ..record.facts import leaves
from .words import words

WIDEST = 30  # columns of a name of a run that is not broken over lines


def names(known: Mapping[str, str]) -> Table:
    """Names and what each is, in two columns."""
    table = Table.grid(padding=(0, 2))
    for name, meaning in known.items():
        table.add_row(words(name, style="bold"), words(meaning))
    return table


def groups(known: Mapping[str, Mapping[str, str]]) -> Table:
    """Names and what each is, below the name of their group."""
    table = Table.grid(padding=(0, 2))
    for group, members in known.items():
        table.add_row(words(group, style="italic"))
        for name, meaning in members.items():
            table.add_row(words(f"  {name}", style="bold"), words(meaning))
    return table


def runs(records: Iterable[Record]) -> Table:
    """One line per run: what, when, how it ended and how the verdicts came out."""
    known = list(records)
    longest = max((len(record.run or "") for record in known), default=0)
    table = Table()
    table.add_column("run", overflow="fold", no_wrap=longest <= WIDEST)
    for heading in ("started (UTC)", "status", "seconds", "verdicts as expected"):
        table.add_column(heading, overflow="fold")
    for record in known:
        started, seconds = record.started[:16].replace("T", " "), f"{record.seconds:.1f}"
        cells = record.run or "", started, record.status, seconds, _judged(record)
        table.add_row(*map(words, cells))
    return table


def _judged(record: Record) -> str:
    if record.status is Status.UNREADABLE:
        return "`convlab show` says why"
    as_expected = len(record.verdicts) - len(record.unexpected)
    judged = "quick" if record.quick else f"{as_expected} of {len(record.verdicts)}"
    return judged if record.verdicts else ""


def experiment(docstring: str, claims: Iterable[Claim], config: BaseModel) -> RenderableType:
    """The question, the idea, the claims with their predictions, and the settings."""
    question, _, idea = docstring.partition("\n")
    judged = Table(title="claims", title_justify="left", title_style="italic")
    judged.add_column("claim", style="bold")
    judged.add_column("what it says", ratio=4)
    judged.add_column("predicted", ratio=2)
    judged.add_column("expected")
    for claim in claims:
        cells = (claim.sentence, claim.predicted, claim.expected)
        judged.add_row(words(claim.id, claim.source, style="bold"), *map(words, cells))
    idea_text = words(" ".join(idea.split()))  # as wide as the console, not as the file
    return Group(words(question, style="bold"), idea_text, judged, settings(config))


def settings(config: BaseModel) -> Table:
    """Every setting by its dotted key, its value, its unit and meaning."""
    table = Table(title="settings", title_justify="left", title_style="italic")
    table.add_column("key", style="bold")
    table.add_column("value")
    table.add_column("meaning", ratio=1)
    for key, value, meaning in _flat(config):
        table.add_row(words(key, style="bold"), words(_as_text(value)), words(meaning))
    return table


def kept_settings(values: Mapping[str, Any]) -> Table:
    """Every setting of a stored run by its dotted key."""
    table = Table("key", "value", title="settings", title_justify="left", title_style="italic")
    for key, value in leaves(values):
        table.add_row(words(key), words(_as_text(value)))
    return table


def _flat(config: BaseModel, prefix: str = "") -> Iterable[tuple[str, Any, str]]:
    for name, field in type(config).model_fields.items():
        value = getattr(config, name)
        if isinstance(value, BaseModel):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value, field.description or ""


def _as_text(value: Any) -> str:
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_as_text, value))}]"
    return "none" if value is None else str(value)
