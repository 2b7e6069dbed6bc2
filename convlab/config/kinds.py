"""Which types hold values by key: models, dataclasses and mappings, alone or in a union."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python
from typing_extensions import is_typeddict

Kind = Any  # a class of models, a dataclass, a TypedDict, or a type of mappings


def kinds(annotation: Any) -> list[Kind]:
    """The members of a type, which need not be a union, that hold values by key."""
    return [kind for member in _members(annotation) for kind in _kind(member)]


def held(value: Any) -> dict[str, Any] | None:
    """What a value holds by key, as YAML spells the keys; None for one that holds nothing so."""
    if isinstance(value, RootModel):
        return held(value.root)
    if isinstance(value, BaseModel):
        return {_key(n, f): getattr(value, n) for n, f in type(value).model_fields.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.init}
    if isinstance(value, Mapping):
        return {_text(key): item for key, item in value.items()}
    return None


def is_of(value: Any, kind: Kind) -> bool:
    """Whether the value holds what this kind holds."""
    if isinstance(value, Mapping):
        return not _named(kind) or is_typeddict(kind)
    return isinstance(kind, type) and isinstance(value, kind)


def fitting(keys: Mapping[str, Any], known: Sequence[Kind]) -> list[Kind]:
    """The kinds that may have these keys with these values; mappings where no model may."""
    models = [kind for kind in known if _named(kind) and _takes(kind, keys)]
    return models or [kind for kind in known if not _named(kind)]


def inside(kind: Kind, key: str) -> Any:
    """The type of what the kind holds at the key, or None where it is not known."""
    if _named(kind):
        return _types(kind).get(key)
    return next(iter(get_args(kind)[1:2]), None)


def item(annotation: Any, index: int) -> Any:
    """The type of an item of a list, or None where it is not known."""
    for member in _members(annotation):
        types = get_args(member)
        if types and get_origin(member) not in (dict, Mapping):
            return types[index] if index < len(types) and types[-1] is not ... else types[0]
    return None


def fields(kind: Kind) -> dict[str, FieldInfo]:
    """The fields of a class of models or of a dataclass by the keys of YAML; of others, none."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {_key(name, field): field for name, field in kind.model_fields.items()}
    if not dataclasses.is_dataclass(kind):
        return {}
    types = get_type_hints(kind, include_extras=True)
    known = [f for f in dataclasses.fields(kind) if f.init]
    return {f.name: FieldInfo.from_annotated_attribute(types[f.name], f) for f in known}


def _members(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    elif hasattr(annotation, "__value__"):  # of `type Name = …`
        yield from _members(annotation.__value__)
    else:
        yield annotation


def _kind(member: Any) -> list[Kind]:
    origin = get_origin(member) or member
    if isinstance(member, type) and issubclass(member, RootModel):
        return kinds(member.model_fields["root"].annotation)
    if _named(member) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return [member]
    return [dict] if member in (Any, object) else []


def _named(kind: Kind) -> bool:
    """Whether its keys are known by name."""
    is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
    return is_model or dataclasses.is_dataclass(kind) or is_typeddict(kind)


def _types(kind: Kind) -> dict[str, Any]:
    known = fields(kind)
    return {k: f.annotation for k, f in known.items()} if known else get_type_hints(kind)


def _takes(kind: Kind, keys: Mapping[str, Any]) -> bool:
    types = _types(kind)
    return keys.keys() <= types.keys() and all(_allows(types[k], v) for k, v in keys.items())


def _allows(annotation: Any, value: Any) -> bool:
    """Whether a tag, which is a Literal, may have this value; any other field is not looked at."""
    if get_origin(annotation) is not Literal:
        return True
    return not isinstance(value, dict | list) and _text(value) in map(_text, get_args(annotation))


def _key(name: str, field: FieldInfo) -> str:
    alias = field.validation_alias or field.alias
    return alias if isinstance(alias, str) else name


def _text(value: Any) -> str:
    """As JSON writes a key."""
    return str(next(iter(to_jsonable_python({value: None}))))
