"""The statements of a file that some of its names need, so that no other is executed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from copy import copy
from functools import lru_cache

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
PLACES = (ast.Attribute, ast.Subscript)  # that an assignment may change without binding a name
DOORS = {"setattr", "delattr", "globals", "locals", "vars", "exec", "eval", "__name__"}  # to names


def needed(body: list[ast.stmt], names: Iterable[str]) -> list[ast.stmt]:
    """The statements behind the names, transitively and in the order of the file.

    A statement is behind a name if it binds it, or if what it executes can reach the value, and
    so might change it. Where a statement does more than to bind names, or can reach any name of
    the file through one of `DOORS`, the whole file is needed, as when it is run.
    """
    touched = _touched(body)
    if not all(map(_only_binds, body)) or any(each & DOORS for each in touched):
        return body
    wanted, chosen = set(names), set[int]()
    bound = list(map(names_bound, body))
    values = wanted | {n for s in body if not isinstance(s, DEFINITIONS) for n in _own(s)}
    while more := {
        index
        for index in range(len(body))
        if index not in chosen and (bound[index] & wanted or touched[index] & wanted & values)
    }:
        chosen |= more
        wanted |= {name for index in more for name in _names(body[index]) | _quoted(body[index])}
    return [
        _trim(statement, wanted)
        for index, statement in enumerate(body)
        if index in chosen or _is_future(statement)
    ]


@lru_cache(maxsize=1024)  # more files than ship
def nodes_of(tree: ast.Module) -> list[ast.AST]:
    """Every node of a file, walked once."""
    return list(ast.walk(tree))


def names_bound(node: ast.AST) -> set[str]:
    """The names that a statement binds; of a whole module or function, in whatever scope."""
    if isinstance(node, DEFINITIONS):
        return {node.name}
    nodes = nodes_of(node) if isinstance(node, ast.Module) else list(ast.walk(node))
    bound = {n.name for n in nodes if isinstance(n, DEFINITIONS)}
    bound |= {_alias(alias) for n in nodes if isinstance(n, IMPORTS) for alias in n.names}
    return bound | {
        n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def _only_binds(statement: ast.stmt) -> bool:
    """Whether it is an import, a definition, or an assignment to names, and nothing else."""
    if isinstance(statement, IMPORTS):
        return statement.names[0].name != "*"  # a star may bind any name
    if isinstance(statement, ast.Assign):
        return not any(isinstance(n, PLACES) for t in statement.targets for n in ast.walk(t))
    if isinstance(statement, ast.AnnAssign | ast.AugAssign):
        return isinstance(statement.target, ast.Name)
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)  # a docstring
    return isinstance(statement, DEFINITIONS) or is_for_checkers(statement)


def is_for_checkers(node: ast.AST) -> bool:
    """Whether it is an `if TYPE_CHECKING:`, which is never so."""
    tests = ("TYPE_CHECKING", "typing.TYPE_CHECKING")
    return isinstance(node, ast.If) and ast.unparse(node.test) in tests and not node.orelse


def _touched(body: list[ast.stmt]) -> list[set[str]]:
    """The names that each statement can reach when it is executed, through all that it calls."""
    uses: dict[str, set[str]] = {}
    for statement in body:
        for name in _own(statement):
            uses.setdefault(name, set()).update(_names(statement) - {name})
    touched = []
    for statement in body:
        reached: set[str] = set()
        new = {name for part in _executed(statement) for name in _names(part)}
        while new:
            reached |= new
            new = {used for name in new for used in uses.get(name, ())} - reached
        touched.append(reached)
    return touched


def _own(statement: ast.stmt) -> set[str]:
    """The names that are of this file, where the statement binds any."""
    return set() if isinstance(statement, IMPORTS) else names_bound(statement)


def _executed(statement: ast.stmt) -> Iterator[ast.AST]:
    """The calls that are made when the file is executed, and whatever else may act like one."""
    if isinstance(statement, FUNCTIONS):
        yield from (*statement.decorator_list, *_calls(statement.args))
    elif isinstance(statement, ast.ClassDef):
        yield from (*statement.decorator_list, *statement.bases, *statement.keywords)
        for inner in statement.body:
            yield from _executed(inner)
    elif not is_for_checkers(statement):
        yield from _calls(statement)


def _calls(node: ast.AST) -> Iterator[ast.AST]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Call | ast.AugAssign))


def _names(node: ast.AST) -> set[str]:
    """The names in it, but for those in annotations that only name a type."""
    names, nodes = set(), [node]
    for each in nodes:  # it grows meanwhile
        if isinstance(each, ast.Name):
            names.add(each.id)
        nodes += [child for child in ast.iter_child_nodes(each) if child not in _types(each)]
    return names


def _types(node: ast.AST) -> list[ast.AST]:
    """The annotations right at the node, but for those that call something."""
    found = [getattr(node, field, None) for field in ("annotation", "returns")]
    calls = (ast.Call, ast.NamedExpr)
    return [a for a in found if a and not any(isinstance(n, calls) for n in ast.walk(a))]


def _quoted(statement: ast.stmt) -> set[str]:
    """The names in its annotations, also in those that are written as text."""
    names: set[str] = set()
    for annotation in (a for node in ast.walk(statement) for a in _types(node)):
        nodes = [annotation]
        for each in nodes:
            if isinstance(each, ast.Name):
                names.add(each.id)
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                nodes += _parsed(each.value)
            if isinstance(each, ast.Subscript) and "Literal" in ast.unparse(each.value):
                nodes.append(each.value)  # its words are no names
            else:
                nodes += ast.iter_child_nodes(each)
    return names


def _parsed(text: str) -> list[ast.AST]:
    try:
        return [ast.parse(text, mode="eval")]
    except (SyntaxError, ValueError):
        return []


def _alias(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _trim(statement: ast.stmt, wanted: set[str]) -> ast.stmt:
    """An import of the wanted names only: one of torch's would load all of it."""
    if isinstance(statement, IMPORTS) and not _is_future(statement):
        statement = copy(statement)
        statement.names = [alias for alias in statement.names if _alias(alias) in wanted]
    return statement


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
