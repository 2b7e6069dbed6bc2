"""The settings of a document, checked against the experiment's Config and built into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from .keys import fields
from .merging import merge, plain
from .nodes import Key, leaves, put
from .overrides import Override, Overrides, as_list, for_type
from .problem import COMMAND_LINE, ConfigError, Problem
from .reading import Document
from .wording import MISSING, UNTOLD, complaints

T = TypeVar("T", bound=BaseModel)


def build(cls: type[T], document: Document, overrides: Overrides = (), *, quick: bool) -> T:
    """The settings, then `quick:` if asked for, then the overrides, over the defaults of `cls`.

    The small version is checked in either case, so a typo in it does not wait for its first use.
    ConfigError holds every problem of the file, in the order of its lines, then the overrides'.
    """
    types = fields(cls)
    changes = [for_type(override, types.get(override.key)) for override in as_list(overrides)]
    unreadable = [Problem(COMMAND_LINE, o.key, o.problem) for o in changes if o.problem]
    changes = [override for override in changes if not override.problem]
    built, found = _attempt(cls, document, changes, quick)
    if not quick:
        found += _quick_problems(cls, document, alone=not (changes or unreadable))
    found = list(dict.fromkeys(found))  # what both versions have is said once
    without_value = {(problem.key, problem.line) for problem in document.problems}
    found = [problem for problem in found if (problem.key, problem.line) not in without_value]
    problems = [*document.problems, *found, *unreadable]
    if built is None or problems:
        raise ConfigError(*sorted(problems, key=lambda problem: problem.line or float("inf")))
    return built


def _attempt(
    cls: type[T], document: Document, overrides: Sequence[Override], quick: bool
) -> tuple[T | None, list[Problem]]:
    """Validated from JSON, where strictness refuses "3" for 3 but takes a list for a tuple."""
    typed: dict[str, Any] = {}
    for override in overrides:
        put(typed, tuple(override.key.split(".")), plain(override.value))
    tree = merge(cls, [document.settings, *([document.quick] if quick else []), typed])
    try:
        text = to_json(tree, inf_nan_mode="constants")
        return cls.model_validate_json(text, strict=True, extra="forbid"), []
    except ValidationError as error:
        keys = [tuple(override.key.split(".")) for override in overrides]
        return None, [
            _problem(key, message, document, keys, quick)
            for key, message in complaints(error, tree, cls)
        ]


def _quick_problems(cls: type[BaseModel], document: Document, *, alone: bool) -> list[Problem]:
    """What is wrong with the small version; of `quick:` itself only, if overrides came too.

    They may give what the file leaves out, and need not suit the small version.
    """
    if not document.quick:
        return []
    _, problems = _attempt(cls, document, (), quick=True)
    lines = {line for key, line in document.lines.items() if key[:1] == ("quick",) and key[1:]}
    return [problem for problem in problems if alone or problem.line in lines]


def _problem(
    key: Key, message: str, document: Document, keys: Sequence[Key], quick: bool
) -> Problem:
    """The problem at the place that had the last word on its key."""
    dotted = ".".join(map(str, key))
    block = key[:-1] if message in (MISSING, UNTOLD) else ()  # what lacks the key
    made_here = block and block not in document.lines
    place = block if made_here else key
    if any(_overlap(place, other) for other in keys):
        return Problem(COMMAND_LINE, dotted, message)
    in_quick = quick and any(_overlap(key, other) for other in leaves(document.quick))
    line = _line(("quick", *key) if in_quick else key, document.lines)
    return Problem(f"{document.path}:{line}", dotted, message, line)


def _line(key: Key, lines: Mapping[Key, int]) -> int:
    """Where the key stands; else the first that begins with it; else where it would stand."""
    if key in lines:
        return lines[key]
    below = [line for other, line in lines.items() if key and other[: len(key)] == key]
    return min(below) if below else _line(key[:-1], lines)


def _overlap(key: Key, other: Key) -> bool:
    length = min(len(key), len(other))
    return key[:length] == other[:length]
