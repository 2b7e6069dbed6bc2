"""What pydantic found wrong, in the words of a config file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ..errors import nearest
from .keys import fields, new_key, new_keys, siblings, unknown
from .nodes import Key
from .places import by_key
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
    "path_not_file": "the path of a file that is there",
    "path_not_directory": "the path of a folder that is there",
    "path_exists": "a path where nothing is yet",
}
MISSING = "missing, and it has no default"
UNTOLD = "missing; it says of which kind the keys beside it are"
CONSEQUENCES = {"default_factory_not_called"}  # of another error, which is told


def complaints(
    error: ValidationError, tree: Mapping[str, Any], model: type[BaseModel]
) -> Iterator[tuple[Key, str]]:
    """One message per key: the alternatives of a union are one expectation."""
    known, new = list(fields(model)), new_keys(model)
    errors = error.errors(include_url=False)
    told = [details for details in errors if details["type"] not in CONSEQUENCES]
    groups = by_key(told or errors, tree)
    of_one = {k: group for k, group in groups.items() if not _is_of_another(k, group, known)}
    for key, group in (of_one or groups).items():
        first = group[0]
        if first["type"] == "union_tag_not_found":
            yield (*key, _tag(first)), UNTOLD
        elif first["type"] == "union_tag_invalid":
            yield (*key, _tag(first)), _unknown_tag(first)
        else:
            yield key, _message(key, group, known, new)


def _is_of_another(key: Key, group: list[ErrorDetails], known: list[str]) -> bool:
    """Whether the key is unknown to one member of a union only: another one has it."""
    unknown = all(details["type"] == "extra_forbidden" for details in group)
    return unknown and str(key[-1]) in siblings(key, known)


def _tag(details: ErrorDetails) -> str:
    """The key that says which member of a union is meant."""
    return str(details["ctx"]["discriminator"]).strip("'")


def _unknown_tag(details: ErrorDetails) -> str:
    tags = [tag.strip("'") for tag in str(details["ctx"]["expected_tags"]).split(", ")]
    return f"expected {_one_of(tags)}, found {brief(details['ctx']['tag'])}"


def _message(key: Key, group: list[ErrorDetails], known: list[str], new: Mapping[str, str]) -> str:
    first = group[0]
    if first["type"] == "extra_forbidden" and (name := new_key(key, new)):
        return f"is called `{name}` now; write that"
    if first["type"] == "extra_forbidden":
        return unknown(key, known)
    if first["type"] == "missing" and key[-1:] == first["loc"][-1:]:
        return MISSING
    if first["type"] in ("value_error", "assertion_error"):
        return _refusal(first)
    expected = " or ".join(dict.fromkeys(filter(None, map(_expectation, group))))
    if not expected:
        message = first["msg"]
        return f"{message[:1].lower()}{message[1:]}, found {brief(first['input'])}"
    options = [option for details in group for option in _options(details)]
    close = nearest(str(first["input"]), options, same_start=0.3)  # they are few and often short
    hint = f"; did you mean `{close}`?" if close else ""
    return f"expected {expected}, found {brief(first['input'])}{hint}"


def _refusal(details: ErrorDetails) -> str:
    """What a validator of the model itself said."""
    message = details["msg"].partition(", ")[2] or details["msg"]
    message, value = " ".join(message.split()), details["input"]
    is_named = isinstance(value, dict) or str(value) in message
    return message if is_named else f"{message}, found {brief(value)}"


def _expectation(details: ErrorDetails) -> str:
    """What the field takes; empty where pydantic says something else."""
    if options := _options(details):
        return _one_of(options)
    if details["type"] in _EXPECTED:
        return _EXPECTED[details["type"]].format(**details.get("ctx", {}))
    return details["msg"].partition("nput should be ")[2]  # of an input, a URL input, …


def _one_of(options: list[str]) -> str:
    return f"one of {', '.join(options)}" if len(options) > 1 else options[0]


def _options(details: ErrorDetails) -> list[str]:
    if details["type"] not in ("literal_error", "enum"):
        return []
    return [option.strip("'") for option in re.split(", | or ", details["ctx"]["expected"])]
