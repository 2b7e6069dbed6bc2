"""Which settings of a run are not those that its predictions were made for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from .. import config
from ..config import Document
from ..settings import ADDED, CONDITION
from . import catalogue

SEEDS = "seeds"  # no condition, also where a user gives them a type of its own


@dataclass(frozen=True)
class Difference:
    """A setting by its dotted key, its value here, and the value that it has as shipped."""

    key: str
    value: Any
    shipped: Any
    is_condition: bool  # of the predictions; else one only sees better or worse

    def __str__(self) -> str:
        return f"{self.key}={_text(self.value)}, not {_text(self.shipped)}"


def differences(
    settings: BaseModel, file: Path, document: Document, *, quick: bool
) -> tuple[Difference, ...]:
    """How the settings differ from those of the config that predictions were made for.

    That is a shipped config of the experiment, the nearest if there are several; of a user's own
    experiment, its YAML as it stands.
    """
    references = [
        config.build(type(settings), reference, (), quick=quick)
        for reference in _references(file, document)
    ]
    return min((tuple(_differing(settings, each)) for each in references), key=_distance)


def _references(file: Path, document: Document) -> Iterable[Document]:
    if catalogue.experiments().get(file.stem) != file:
        return [document]
    named = f"experiment: {file.stem}"
    texts = {path: path.read_text(encoding="utf-8") for path in catalogue.configs().values()}
    read = (config.read(path) for path, text in texts.items() if named in text)
    shipped = [each for each in read if each.experiment == file.stem]
    return shipped or [document]


def _differing(
    here: BaseModel, shipped: BaseModel, prefix: str = "", is_condition: bool = True
) -> Iterator[Difference]:
    for name, field in type(here).model_fields.items():
        extra = field.json_schema_extra
        mark = extra.get(CONDITION, True) if isinstance(extra, dict) else True
        counts = is_condition and bool(mark) and name != SEEDS
        value, other = getattr(here, name), getattr(shipped, name)
        if isinstance(value, BaseModel) and type(value) is type(other):
            yield from _differing(value, other, f"{prefix}{name}.", counts)
        elif value != other:
            added = mark == ADDED and _only_adds(value, other)
            yield Difference(f"{prefix}{name}", value, other, counts and not added)


def _only_adds(arms: Sequence[Any], shipped: Sequence[Any]) -> bool:
    """Whether the shipped arms are all there, and the same comes first: others may follow it."""
    return arms[:1] == shipped[:1] and all(arm in arms for arm in shipped)


def _distance(found: tuple[Difference, ...]) -> tuple[int, int]:
    return sum(each.is_condition for each in found), len(found)


def _text(value: Any) -> str:
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_text, value))}]"
    return "none" if value is None else str(value)
