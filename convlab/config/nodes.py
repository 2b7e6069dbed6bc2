"""YAML text to plain values and the line of each, by the core schema of YAML 1.2.

So `1e-3` is a number, `yes` is text, and no key may stand twice. No tag builds an object.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

from .problem import ConfigError, Problem, brief

Key = tuple[str | int, ...]  # ("training", "steps"); the items of a list are numbered

DEEPEST = 32  # levels: an alias inside its own anchor nests without end
MOST = 10_000  # keys and items: aliases of aliases multiply

_YAML = "tag:yaml.org,2002:"
_FORMS = {  # in the order in which a plain scalar is tried
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
}
_RESOLVERS = {None: [(_YAML + kind, re.compile(rf"(?:{f})\Z")) for kind, f in _FORMS.items()]}


def _integer(text: str) -> int:
    return int(text, 0 if text.startswith(("0o", "0x")) else 10)  # 007 is 7


def _real(text: str) -> float:
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


def _text(text: str) -> str:
    text.encode()  # an escape may name half of a surrogate pair, which is no text
    return text


_SCALARS: dict[str, Callable[[str], Any]] = {
    _YAML + "null": lambda text: None,
    _YAML + "bool": lambda text: {"true": True, "false": False}[text.lower()],
    _YAML + "int": _integer,
    _YAML + "float": _real,
    _YAML + "str": _text,
}


def compose(text: str, source: str) -> yaml.Node | None:
    """The root node, or None for an empty text; ConfigError where reading stopped."""
    try:
        loader = yaml.SafeLoader(text)
        loader.yaml_implicit_resolvers = _RESOLVERS  # of this loader only
        return loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        message = ", ".join(filter(None, (error.context, error.problem)))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"a character that YAML does not allow, {chr(error.character)!r}"
    except RecursionError:
        line, message = 1, "nested too deeply"
    raise ConfigError(Problem(f"{source}:{line}", "", f"not YAML: {message}", line))


@dataclass(frozen=True)
class Values:
    """Turns nodes into values, and keeps the line of each key and the problems on the way."""

    source: str
    lines: dict[Key, int] = field(default_factory=lambda: {(): 1})
    found: dict[yaml.Node, Problem] = field(default_factory=dict)  # once, however often aliased

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(self.found.values())

    def of(self, node: yaml.Node | None, key: Key = ()) -> Any:
        """The value of the node that stands at `key`; ConfigError if it has no end."""
        if node is None:
            return None
        line = self.lines.setdefault(key, node.start_mark.line + 1)
        if len(key) > DEEPEST or len(self.lines) > MOST:
            message = "too deep or too large; does an alias stand inside its own anchor?"
            raise ConfigError(self.problem(line, key[:1], message))
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_YAML}map":
            return self._mapping(node, key)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_YAML}seq":
            return [self.of(child, (*key, index)) for index, child in enumerate(node.value)]
        return self._scalar(node, key)

    def problem(self, line: int, key: Key, message: str) -> Problem:
        return Problem(f"{self.source}:{line}", ".".join(map(str, key)), message, line)

    def _mapping(self, node: yaml.MappingNode, key: Key) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, child in node.value:
            inner = self._name(name, key)
            if inner is not None:
                put(values, inner[len(key) :], self.of(child, inner))
        return values

    def _name(self, name: yaml.Node, key: Key) -> Key | None:
        """The key that `name` adds below `key`; None, and a problem, if it can add none."""
        line = name.start_mark.line + 1
        if not isinstance(name, yaml.ScalarNode) or name.tag != f"{_YAML}str":
            found = name.value if isinstance(name, yaml.ScalarNode) else "a collection"
            message = f"expected text as a key, found {found}; put it in quotes"
            self.found.setdefault(name, self.problem(line, key, message))
            return None
        inner = (*key, *name.value.split("."))
        heads = (inner[:length] for length in range(len(key) + 1, len(inner) + 1))
        earlier = next((head for head in heads if head in self.lines), None)
        if earlier is not None:
            message = f"stands here again, first in line {self.lines[earlier]}; keep one of them"
            self.found.setdefault(name, self.problem(line, inner, message))
            return None
        self.lines[inner] = line
        return inner

    def _scalar(self, node: yaml.Node, key: Key) -> Any:
        tag = node.tag.replace(_YAML, "!!")
        message = f"the tag `{tag}` means nothing here; write a plain value"
        if isinstance(node, yaml.ScalarNode) and node.tag in _SCALARS:
            try:
                return _SCALARS[node.tag](node.value)
            except (KeyError, ValueError):
                message = f"{brief(node.value)} cannot be read as `{tag}`"
        self.found.setdefault(node, self.problem(node.start_mark.line + 1, key, message))
        return None


def put(tree: dict[str, Any], key: Key, value: Any) -> None:
    """Set `key` in nested mappings; a mapping joins the one that stands there already."""
    *parents, leaf = map(str, key)
    for parent in parents:
        if not isinstance(tree.get(parent), dict):
            tree[parent] = {}
        tree = tree[parent]
    if isinstance(value, dict) and isinstance(tree.get(leaf), dict):
        for name, inner in value.items():
            put(tree[leaf], (name,), inner)
    else:
        tree[leaf] = value
