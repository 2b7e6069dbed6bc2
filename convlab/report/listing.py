"""What there is: experiments and configs, and what one experiment asks and claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from rich.console import Group, RenderableType
from rich.table import Table

from ..measure import Claim
from ..record.facts import leaves
from .words import words


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


def experiment(docstring: str, claims: Iterable[Claim], config: BaseModel) -> RenderableType:
    """The question, the idea, the claims with their predictions, and the settings."""
    question, _, idea = docstring.partition("\n")
    judged = Table(title="claims", title_justify="left", title_style="italic")
    judged.add_column("claim", style="bold")
    judged.add_column("what it says", ratio=4)
    judged.add_column("predicted", ratio=2)
    judged.add_column("expected")
    for claim in claims:
        cells = (claim.sentence, claim.region(config), claim.expected or "either")
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
