"""Settings from outside the file: `key=value` on a command line, or keywords in Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from .nodes import Values, compose
from .problem import COMMAND_LINE, ConfigError, Problem, brief


@dataclass(frozen=True)
class Override:
    """One dotted key and its value, with the text the value was read from, if it was."""

    key: str
    value: Any
    text: str | None = None
    problem: str = ""  # why the text is no value: of no weight where text is wanted


Overrides = Mapping[str, Any] | Iterable[Override | tuple[str, Any]]


def assignment(text: str) -> Override:
    """Split `key=value` at its first `=` and read the value as YAML; ConfigError without one."""
    key, equals, raw = text.partition("=")
    if not (key and equals):
        message = f"{text!r} is no setting; write key=value"
        raise ConfigError(Problem(COMMAND_LINE, "", message))
    values = Values(COMMAND_LINE)
    try:
        raw.encode()  # bytes of the shell that are no text arrive as surrogates
        value = values.of(compose(raw, COMMAND_LINE), (key,))
    except UnicodeEncodeError:
        raise ConfigError(Problem(COMMAND_LINE, key, "the value is not UTF-8 text")) from None
    except ConfigError as error:
        return Override(key, None, raw, f"{brief(raw)} is {error.problems[0].message}")
    return Override(key, value, raw, "; ".join(problem.message for problem in values.problems))


def as_list(overrides: Overrides) -> list[Override]:
    """The overrides in the order in which they apply."""
    pairs = overrides.items() if isinstance(overrides, Mapping) else overrides
    return [pair if isinstance(pair, Override) else Override(*pair) for pair in pairs]


def for_type(override: Override, annotation: Any) -> Override:
    """The override as a field of this type takes it: where text is wanted, text is not parsed."""
    if override.text is None or not _takes_text(annotation):
        return override
    if override.value is None and not override.problem and NoneType in get_args(annotation):
        return override
    return Override(override.key, override.text, override.text)


def _takes_text(annotation: Any) -> bool:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return all(argument is NoneType or _takes_text(argument) for argument in arguments)
    if origin is Annotated:
        return _takes_text(arguments[0])
    if origin is Literal:
        return all(isinstance(argument, str) for argument in arguments)
    return isinstance(annotation, type) and issubclass(annotation, str | PurePath)
