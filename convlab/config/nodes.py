"""YAML text to plain values and the line of each, by the core schema of YAML 1.2.

So `1e-3` is a number, `yes` is text, and no key may stand twice. No tag builds an object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from .problem import ConfigError, Problem, brief

Key = tuple[str | int, ...]  # ("training", "steps"); the items of a list are numbered

DEEPEST = 32  # levels: an alias inside its own anchor nests without end
MOST = 10_000  # values that aliases repeat: aliases of aliases multiply
QUOTES = ("'", '"')

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
    value = int(text, 0 if text.startswith(("0o", "0x")) else 10)  # 007 is 7
    str(value)  # ValueError: more digits than Python shows
    return value


def _real(text: str) -> float:
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


def _text(text: str) -> str:
    """The text, pairs of surrogates read as JSON does; ValueError for half of a pair."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16")


_SCALARS: dict[str, Callable[[str], Any]] = {
    _YAML + "null": lambda text: None,
    _YAML + "bool": lambda text: {"true": True, "false": False}[text.lower()],
    _YAML + "int": _integer,
    _YAML + "float": _real,
    _YAML + "str": _text,
}


_PLAINLY = {  # what the parser says and what a reader needs to know
    "found character '\\t' that cannot start any token": "a tab begins the line or a word; "
    "write spaces",
    "but found another document": "a second document begins here; keep one in a file",
}


def compose(text: str, source: str) -> yaml.Node | None:
    """The root node, or None for an empty text; ConfigError where reading stopped."""
    try:
        loader = yaml.SafeLoader(text)
        loader.yaml_implicit_resolvers = _RESOLVERS  # of this loader only
        return loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        told = ", ".join(filter(None, (error.context, error.problem)))
        message = _PLAINLY.get(error.problem or "", told)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"a character that YAML does not allow, {chr(error.character)!r}"
    except RecursionError:
        line, message = 1, "nested too deeply"
    except (ValueError, OverflowError) as error:  # of an escape that names no character
        line, message = loader.line + 1, str(error)
    raise ConfigError(Problem(f"{source}:{line}", "", f"not YAML: {message}", line))


@dataclass(frozen=True)
class Values:
    """Turns nodes into values, and keeps the line of each key and the problems on the way."""

    source: str
    lines: dict[Key, int] = field(default_factory=lambda: {(): 1})
    found: dict[yaml.Node, Problem] = field(default_factory=dict)  # once, however often aliased
    seen: set[yaml.Node] = field(default_factory=set)
    repeated: list[yaml.Node] = field(default_factory=list)  # by an alias
    plain: set[Key] = field(default_factory=set)  # keys that hold no mapping
    blocks: dict[Key, int] = field(default_factory=dict)  # by keys with dots: the first line

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(self.found.values())

    def of(self, node: yaml.Node | None, key: Key = ()) -> Any:
        """The value of the node that stands at `key`; ConfigError if it has no end."""
        if node is None:
            return None
        line = self.lines.setdefault(key, node.start_mark.line + 1)
        if node in self.seen:
            self.repeated.append(node)
        self.seen.add(node)
        if len(key) > DEEPEST or len(self.repeated) > MOST:
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
            if inner and self._is_new(inner, key, name, child):
                put(values, inner[len(key) :], self.of(child, inner))
        return values

    def _name(self, name: yaml.Node, key: Key) -> Key | None:
        """The key that `name` adds below `key`; None, and a problem, if it can add none.

        Its dots name what is nested; below the settings, where a mapping may have any keys, they
        are its own if it stands in quotes.
        """
        if isinstance(name, yaml.ScalarNode) and name.tag == f"{_YAML}str":
            try:
                text = _text(name.value)
            except ValueError:
                message = f"{brief(name.value)} is no text"
            else:
                is_one = name.style in QUOTES and key not in ((), ("quick",))
                return (*key, *([text] if is_one else text.split(".")))
        else:
            found = name.value if isinstance(name, yaml.ScalarNode) else "a collection"
            message = f"expected text as a key, found {found}; put it in quotes"
        self.found.setdefault(name, self.problem(name.start_mark.line + 1, key, message))
        return None

    def _is_new(self, inner: Key, key: Key, name: yaml.Node, child: yaml.Node) -> bool:
        """Whether nothing stands there yet; two mappings may share a place, but no key in it."""
        line = name.start_mark.line + 1
        is_plain = not isinstance(child, yaml.MappingNode)
        heads = [inner[:length] for length in range(len(key) + 1, len(inner))]
        earlier = [self.lines[head] for head in heads if head in self.plain]
        earlier += [self.lines[inner]] if inner in self.lines else []
        earlier += [self.blocks[inner]] if is_plain and inner in self.blocks else []
        if earlier:
            message = f"stands here again, first in line {earlier[0]}; keep one of them"
            self.found.setdefault(name, self.problem(line, inner, message))
            return False
        self.lines[inner] = line
        self.plain.update([inner] if is_plain else [])
        for head in heads:
            self.blocks.setdefault(head, line)
        return True

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


def leaves(tree: dict[str, Any], key: Key = ()) -> Iterator[Key]:
    """The key of everything in nested mappings that is not one with something in it."""
    for name, value in tree.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*key, name))
        else:
            yield (*key, name)
