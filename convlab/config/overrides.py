"""Settings from outside the file: `key=value` on a command line, or keywords in Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from yaml import Node, ScalarNode, SequenceNode

from .nodes import QUOTES, Values, compose
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


def several(text: str) -> list[Override]:
    """Split `key=A,B,…` at its first `=`, and read the right side as a list of YAML.

    Commas within brackets and quotes belong to a value. ConfigError for what is no such list.
    """
    key, equals, raw = text.partition("=")
    if not (key and equals):
        message = f"{text!r} names no values; write KEY=A,B"
        raise ConfigError(Problem(COMMAND_LINE, "", message))
    listed = f"[{raw}]"
    try:
        listed.encode()
        root = compose(listed, COMMAND_LINE)
    except UnicodeEncodeError:
        raise ConfigError(Problem(COMMAND_LINE, key, "the values are not UTF-8 text")) from None
    except ConfigError as error:
        message = f"{brief(raw)} is no list of values: {error.problems[0].message}"
        raise ConfigError(Problem(COMMAND_LINE, key, message)) from None
    assert isinstance(root, SequenceNode)
    if not root.value:
        raise ConfigError(Problem(COMMAND_LINE, key, "no value is named; write KEY=A,B"))
    return [_one(key, node, listed) for node in root.value]


def _one(key: str, node: Node, listed: str) -> Override:
    """The value of one of several, with its text: what stands there, or within its quotes."""
    values = Values(COMMAND_LINE)
    value = values.of(node, (key,))
    is_quoted = isinstance(node, ScalarNode) and node.style in QUOTES
    text = node.value if is_quoted else listed[node.start_mark.index : node.end_mark.index]
    problem = "; ".join(problem.message for problem in values.problems)
    return Override(key, value, text.strip(), problem)


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
