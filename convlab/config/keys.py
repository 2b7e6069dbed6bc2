"""The keys of a Config, by their old names too, and the one that an unknown key is meant for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel

from ..errors import nearest
from ..settings import FORMERLY
from .nodes import Key


def fields(
    model: type[BaseModel], prefix: str = "", above: tuple[Any, ...] = ()
) -> dict[str, Any]:
    """Every dotted key of the model and of the models in it, with its type."""
    types: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        types[prefix + name] = field.annotation
        for inner in _models(field.annotation):
            if inner not in (model, *above):
                types |= fields(inner, f"{prefix}{name}.", (model, *above))
    return types


def new_keys(model: type[BaseModel], above: tuple[Any, ...] = ()) -> dict[str, str]:
    """The new dotted key by the old one, of every field that says what it was called before."""
    new = {}
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and FORMERLY in extra:
            new[str(extra[FORMERLY])] = name
        for inner in _models(field.annotation):
            if inner not in (model, *above):
                keys = new_keys(inner, (model, *above))
                new |= {f"{name}.{old}": f"{name}.{key}" for old, key in keys.items()}
    return new


def new_key(key: Key, new: Mapping[str, str]) -> str:
    """What the key is called now, if it is an old one, in a list or a mapping too."""
    for old, name in new.items():
        parts = iter(key)
        if old.rpartition(".")[2] == key[-1] and all(part in parts for part in old.split(".")):
            return ".".join(map(str, (*key[:-1], name.rpartition(".")[2])))
    return ""


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def unknown(key: Key, known: list[str]) -> str:
    """What to say of it: the key that was meant has the name elsewhere, or one that is alike."""
    *above, name = map(str, key)
    if name in siblings(key, known):
        return "does not go with the keys beside it"
    beside = {leaf: ".".join([*above, leaf]) for leaf in siblings(key, known)}
    leaves = {dotted.rpartition(".")[2]: dotted for dotted in reversed(known)}
    close = leaves.get(name) or beside.get(nearest(name, beside))
    close = close or leaves.get(nearest(name, leaves))
    hint = f"did you mean `{close}`?" if close else f"known keys: {', '.join(beside.values())}"
    return f"unknown key; {hint}"


def siblings(key: Key, known: list[str]) -> list[str]:
    """The names of fields that may stand beside the key, in a list or a mapping too."""
    parents = {dotted: dotted.split(".")[:-1] for dotted in known}
    fitting = {dotted: above for dotted, above in parents.items() if _is_within(above, key[:-1])}
    deepest = max(map(len, fitting.values()), default=0)
    return [d.rpartition(".")[2] for d, above in fitting.items() if len(above) == deepest]


def _is_within(parts: list[str], key: Key) -> bool:
    """Whether the parts stand in the key in this order; what is numbered or named lies between."""
    rest = iter(map(str, key))
    return all(part in rest for part in parts)
