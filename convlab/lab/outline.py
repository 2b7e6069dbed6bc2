"""What an experiment file says of itself, without executing the rest of it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import Any

from ..errors import UsageError
from .catalogue import forget, package

_MUST = "an experiment defines `Config`, `measure` and `CLAIMS`"
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
PLACES = (ast.Attribute, ast.Subscript)  # that an assignment may change without binding a name


class OutlineError(UsageError):
    """The file is no experiment, or cannot say what it is; one line."""


def question(path: Path) -> str:
    """The first line of the docstring; OutlineError without one."""
    return docstring(path).partition("\n")[0]


def docstring(path: Path) -> str:
    """The docstring, unindented; OutlineError without one."""
    text = ast.get_docstring(parse(path))
    if not text:
        message = "has no docstring; its first line must be the experiment's question"
        raise OutlineError(f"{path}: {message}")
    return text


def outline(path: Path, *names: str) -> dict[str, Any]:
    """The values of top-level names, from the statements that they need and no others.

    So a `Config` is at hand without the `import torch` above it. OutlineError if a name is not
    defined, or if a statement that it needs fails.
    """
    namespace = _execute(path, _needed_statements(parse(path).body, names))
    for name in names:
        if name not in namespace:
            raise OutlineError(f"{path}: defines no `{name}`; {_MUST}")
    return {name: namespace[name] for name in names}


def check_defines(path: Path, name: str) -> None:
    """Raise OutlineError unless the file may bind the name, wherever it does so."""
    nodes = list(ast.walk(parse(path)))
    bound = {n.name for n in nodes if isinstance(n, DEFINITIONS)}
    bound |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    bound |= {_alias(a) for n in nodes if isinstance(n, IMPORTS) for a in n.names}
    if not bound & {name, "*"}:
        raise OutlineError(f"{path}: defines no `{name}`; {_MUST}")


def parse(path: Path) -> ast.Module:
    """The syntax tree of the file; OutlineError, with the line, if it is no Python."""
    try:
        return ast.parse(path.read_bytes(), str(path))
    except OSError as error:
        raise OutlineError(f"{path}: cannot be read: {error.strerror}") from error
    except SyntaxError as error:
        raise OutlineError(f"{path}:{error.lineno or 1}: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise OutlineError(f"{path}: is no Python: {str(error) or 'nested too deeply'}") from error


def _needed_statements(body: list[ast.stmt], names: Iterable[str]) -> list[ast.stmt]:
    """The statements behind the names, transitively and in the order of the file.

    Those are known where each statement binds names and does no more; any other file is needed
    whole, as when it is run.
    """
    if not all(map(_only_binds, body)) or _changes_itself(body):
        return body
    wanted, chosen = set(names), set[int]()
    while more := {
        i for i, each in enumerate(body) if i not in chosen and _names_bound(each) & wanted
    }:
        chosen |= more
        wanted |= {name for index in more for name in _names_in(body[index])}
    return [
        _trim(statement, wanted)
        for index, statement in enumerate(body)
        if index in chosen or _is_future(statement)
    ]


def _only_binds(statement: ast.stmt) -> bool:
    """Whether it is an import, a definition, or an assignment to names, and nothing else."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return statement.names[0].name != "*"  # a star may bind any name
    if isinstance(statement, ast.Assign):
        return not any(isinstance(n, PLACES) for t in statement.targets for n in ast.walk(t))
    if isinstance(statement, ast.AnnAssign | ast.AugAssign):
        return isinstance(statement.target, ast.Name)
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)  # a docstring
    if isinstance(statement, ast.If):
        return ast.unparse(statement.test) == "TYPE_CHECKING"  # which is never so
    return isinstance(statement, DEFINITIONS)


def _changes_itself(body: list[ast.stmt]) -> bool:
    """Whether a decorator, or a method of a name, is the file's own: it may add to `CLAIMS`."""
    own = {name for each in body if not isinstance(each, IMPORTS) for name in _names_bound(each)}
    decorators = (d for each in body for d in getattr(each, "decorator_list", []))
    methods = (node.func for each in body for node in _calls(each) if _is_method(node))
    return any(_names_in(node) & own for node in (*decorators, *methods))


def _calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """The calls that are made when the statement is executed; of a function, in its defaults."""
    parts = [statement.args] if isinstance(statement, DEFINITIONS[:2]) else [statement]
    for node in (node for part in parts for node in ast.walk(part)):
        if isinstance(node, ast.Call):
            yield node


def _is_method(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)


def _names_bound(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return set(map(_alias, statement.names))
    if isinstance(statement, DEFINITIONS):
        return {statement.name}
    stored = (n for n in ast.walk(statement) if isinstance(n, ast.Name))
    return {name.id for name in stored if isinstance(name.ctx, ast.Store)}


def _names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _alias(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _trim(statement: ast.stmt, wanted: set[str]) -> ast.stmt:
    """An import of the wanted names only: one of torch's would load all of it."""
    if isinstance(statement, ast.Import | ast.ImportFrom) and not _is_future(statement):
        statement.names = [alias for alias in statement.names if _alias(alias) in wanted]
    return statement


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _execute(path: Path, statements: list[ast.stmt]) -> dict[str, Any]:
    module = ModuleType(f"{package(path.parent)}.{path.stem.replace('.', '_')}")
    module.__file__, module.__package__ = str(path), module.__name__.rpartition(".")[0]
    sys.modules[module.__name__] = module  # where pydantic looks names up, when first used too
    try:
        tree = ast.Module(statements, type_ignores=[])
        exec(compile(tree, str(path), "exec", dont_inherit=True), module.__dict__)
    except (Exception, SystemExit) as error:
        forget(module.__package__)
        raise OutlineError(_account(path, error)) from error
    return module.__dict__


def _account(path: Path, error: BaseException) -> str:
    if isinstance(error, SyntaxError):  # of the file's own, or of one that it imports
        return f"{error.filename or path}:{error.lineno or 1}: {error.msg}"
    frames = [frame for frame in extract_tb(error.__traceback__) if frame.filename == str(path)]
    line = frames[-1].lineno if frames else 1
    return f"{path}:{line}: {type(error).__name__}: {' '.join(str(error).split())}"
