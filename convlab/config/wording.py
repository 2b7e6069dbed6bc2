"""What pydantic found wrong, in the words of a config file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ..errors import nearest
from ..settings import FORMERLY
from .nodes import Key
from .problem import brief

_EXPECTED = {
    "int_type": "an integer",
    "int_from_float": "an integer",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "string_type": "text",
    "path_type": "a path",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "dataclass_type": "a mapping",
    "none_required": "nothing",
    "missing": "an item in each place",
    "greater_than": "a number greater than {gt}",
    "greater_than_equal": "a number of at least {ge}",
    "less_than": "a number less than {lt}",
    "less_than_equal": "a number of at most {le}",
    "multiple_of": "a multiple of {multiple_of}",
    "too_short": "at least {min_length} items",
    "too_long": "at most {max_length} items",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "text that matches {pattern}",
}


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


def _new_key(key: Key, new: Mapping[str, str]) -> str:
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


def complaints(
    error: ValidationError, tree: Mapping[str, Any], model: type[BaseModel]
) -> Iterator[tuple[Key, str]]:
    """One message per key: the alternatives of a union are one expectation."""
    known, new = list(fields(model)), new_keys(model)
    keys: dict[Key, list[ErrorDetails]] = {}
    for details in error.errors(include_url=False):
        keys.setdefault(_key(details, tree), []).append(details)
    for key, group in keys.items():
        yield key, _message(key, group, known, new)


def _key(details: ErrorDetails, tree: Any) -> Key:
    """The location without what pydantic adds: the arms of unions, the names of validators."""
    key: list[str | int] = []
    for part in details["loc"]:
        inside = range(len(tree)) if isinstance(tree, list | tuple) else tree
        if isinstance(inside, dict | range) and part in inside:
            key.append(part)
            tree = tree[part]
    last = details["loc"][-1:]
    absent = details["type"] == "missing" and isinstance(last[0], str)
    return (*key, *last) if absent else tuple(key)


def _message(key: Key, group: list[ErrorDetails], known: list[str], new: Mapping[str, str]) -> str:
    first = group[0]
    if first["type"] == "extra_forbidden" and (name := _new_key(key, new)):
        return f"is called `{name}` now; write that"
    if first["type"] == "extra_forbidden":
        return _unknown_key(key, known)
    if first["type"] == "missing" and key[-1:] == first["loc"][-1:]:
        return "missing, and it has no default"
    if first["type"] in ("value_error", "assertion_error"):
        return _refusal(first)
    expected = " or ".join(dict.fromkeys(map(_expectation, group)))
    options = [option for details in group for option in _options(details)]
    close = nearest(str(first["input"]), options, same_start=0.3)  # they are few and often short
    hint = f"; did you mean `{close}`?" if close else ""
    return f"expected {expected}, found {brief(first['input'])}{hint}"


def _unknown_key(key: Key, known: list[str]) -> str:
    *parents, name = [str(part) for part in key if isinstance(part, str)]
    leaves = {dotted.rpartition(".")[2]: dotted for dotted in reversed(known)}
    siblings = [k for k in known if k.rpartition(".")[0] == ".".join(parents)] or known
    names = {dotted.rpartition(".")[2]: dotted for dotted in siblings}
    close = leaves.get(name) or names.get(nearest(name, names))
    close = close or leaves.get(nearest(name, leaves))
    hint = f"; did you mean `{close}`?" if close else f"; known keys: {', '.join(siblings)}"
    return f"unknown key{hint}"


def _refusal(details: ErrorDetails) -> str:
    """What a validator of the model itself said."""
    message = details["msg"].partition(", ")[2] or details["msg"]
    message, value = " ".join(message.split()), details["input"]
    is_named = isinstance(value, dict) or str(value) in message
    return message if is_named else f"{message}, found {brief(value)}"


def _expectation(details: ErrorDetails) -> str:
    options = _options(details)
    if options:
        return f"one of {', '.join(options)}" if len(options) > 1 else options[0]
    if details["type"] in _EXPECTED:
        return _EXPECTED[details["type"]].format(**details.get("ctx", {}))
    return re.sub(r"^Input should be ", "", details["msg"])


def _options(details: ErrorDetails) -> list[str]:
    if details["type"] not in ("literal_error", "enum"):
        return []
    return [option.strip("'") for option in re.split(", | or ", details["ctx"]["expected"])]
