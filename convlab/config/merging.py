"""The one rule for what is given: a key given changes that key, and the rest keeps its default.

That default is the one of the Config's field, which need not be that of the nested class: beside
`training.lr=0.02`, a field `training: Training = Training(steps=200)` keeps its 200 steps. Nested
models and mappings are merged key by key; everything else, lists too, is replaced whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import to_json, to_jsonable_python

from .kinds import Kind, fields, fitting, held, inside, is_of, item, kinds

Tree = dict[str, Any]


@dataclass(frozen=True)
class Block:
    """What stands in a nested place so far, and which member of a union that is."""

    kind: Kind
    keys: Tree


def merge(model: type[BaseModel], layers: Sequence[Mapping[str, Any]]) -> Tree:
    """The keys that the layers give, the last with the last word, as plain data.

    Each nested place is complete: what no layer gives there has its default. A layer that asks for
    another member of a union replaces what stood there, so that nothing of the old kind remains.
    """
    tree: Tree = {}
    names = dict.fromkeys(name for layer in layers for name in layer)
    for name in sorted(names, key=lambda name: _is_derived(fields(model).get(name))):
        default, annotation = _default(model, name, tree), inside(model, name)
        value: Any = None
        for layer in layers:
            if name in layer:
                value = _over(layer[name], value, default, annotation)
        tree[name] = plain(value)
    return tree


def _over(given: Any, below: Any, default: Any, annotation: Any) -> Any:
    """What is given, over what stood there, or over the default."""
    if isinstance(given, list | tuple):
        return [_over(each, None, None, item(annotation, i)) for i, each in enumerate(given)]
    keys = held(given)
    if keys is None:
        return given
    known = kinds(annotation)
    usual = _block(default, known)
    below = below if isinstance(below, Block) else usual
    able = fitting(keys, known)
    kind = below.kind if below.kind in able or not able else able[0]
    if kind != below.kind:
        below = usual if kind == usual.kind else Block(kind, {})
    defaults = held(default) or {} if kind == usual.kind else {}
    together = {**below.keys, **keys}
    new = dict(below.keys)
    for key, value in keys.items():
        inner = defaults[key] if key in defaults else _default(kind, key, together)
        new[key] = _over(value, below.keys.get(key), inner, inside(kind, key))
    return Block(kind, new)


def _block(default: Any, known: Sequence[Kind]) -> Block:
    """The default, but for what its class gives by itself where no other class could be meant."""
    kind = next((kind for kind in known if is_of(default, kind)), next(iter(known), None))
    rest = held(default) or {}
    for key, field in fields(kind).items():
        is_own = key in rest and rest[key] is field.default
        if (is_own and len(known) == 1) or _follows(key, field, default):
            rest.pop(key, None)
    return Block(kind, rest)


def _default(kind: Kind, name: str, siblings: Tree) -> Any:
    """The default of a field of a model; where it follows from its siblings, from these."""
    field = fields(kind).get(name)
    if field is None:
        return None
    if not _is_derived(field):
        return field.get_default(call_default_factory=True)
    others = {key: plain(value) for key, value in siblings.items() if key != name}
    try:
        text = to_json(others, inf_nan_mode="constants")
        return (held(kind.model_validate_json(text, strict=True)) or {})[name]
    except ValidationError:  # which is told when all is checked
        return None


def _is_derived(field: FieldInfo | None) -> bool:
    """Whether its default is made from the fields before it."""
    return bool(field and field.default_factory_takes_validated_data)


def _follows(key: str, field: FieldInfo, default: Any) -> bool:
    """Whether a derived default stands there, which follows what its siblings become."""
    return _is_derived(field) and key not in getattr(default, "model_fields_set", {key})


def plain(value: Any) -> Any:
    """In JSON's types, with nothing lost that a field holds."""
    keys = value.keys if isinstance(value, Block) else held(value)
    if keys is not None:
        return {key: plain(inner) for key, inner in keys.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return to_jsonable_python(value, inf_nan_mode="constants", fallback=repr)
