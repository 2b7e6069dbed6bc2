"""What an experiment file says of itself, without executing the rest of it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import Any

from .errors import UsageError

_MUST = "an experiment defines `Config`, `measure` and `CLAIMS`"
_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_serial = count()


class OutlineError(UsageError):
    """The file is no experiment, or cannot say what it is; one line."""


def question(path: Path) -> str:
    """The first line of the docstring; OutlineError without one."""
    return docstring(path).partition("\n")[0]


def docstring(path: Path) -> str:
    """The docstring, unindented; OutlineError without one."""
    text = ast.get_docstring(_parsed(path))
    if not text:
        message = "has no docstring; its first line must be the experiment's question"
        raise OutlineError(f"{path}: {message}")
    return text


def outline(path: Path, *names: str) -> dict[str, Any]:
    """The values of top-level names, from the statements that they need and no others.

    So a `Config` is at hand without the `import torch` above it. OutlineError if a name is not
    defined, or if a statement that it needs fails.
    """
    namespace = _executed(path, _needed(_parsed(path).body, names))
    for name in names:
        if name not in namespace:
            raise OutlineError(f"{path}: defines no `{name}`; {_MUST}")
    return {name: namespace[name] for name in names}


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes(), str(path))
    except OSError as error:
        raise OutlineError(f"{path}: cannot be read: {error.strerror}") from error
    except SyntaxError as error:
        raise OutlineError(f"{path}:{error.lineno or 1}: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise OutlineError(f"{path}: is no Python: {error or 'nested too deeply'}") from error


def _needed(body: Sequence[ast.stmt], names: Iterable[str]) -> list[ast.stmt]:
    """The statements behind the names, transitively and in the order of the file."""
    binding: dict[str, list[int]] = {}
    for index, statement in enumerate(body):
        for name in _bound(statement):
            binding.setdefault(name, []).append(index)
    open_names, wanted, chosen = list(names), set[str](), set[int]()
    while open_names:
        name = open_names.pop()
        if name not in wanted:
            wanted.add(name)
            for index in binding.get(name, ()):
                chosen.add(index)
                open_names += _used(body[index])
    return [
        _trimmed(statement, wanted)
        for index, statement in enumerate(body)
        if index in chosen or _is_always_needed(statement)
    ]


def _bound(node: ast.AST) -> Iterator[str]:
    """The names of the module that a statement binds, or changes: `CLAIMS.append(…)` does too."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from map(_alias, node.names)
    elif isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif not isinstance(node, _SCOPES):
        yield from _changed(node)
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)


def _changed(node: ast.AST) -> Iterator[str]:
    target: ast.AST | None = None
    if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
        target = node.value
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        target = node.value.func if isinstance(node.value.func, ast.Attribute) else None
    while isinstance(target, ast.Attribute | ast.Subscript):
        target = target.value
    if isinstance(target, ast.Name):
        yield target.id


def _used(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _alias(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _trimmed(statement: ast.stmt, wanted: set[str]) -> ast.stmt:
    """An import of the wanted names only: one of torch's would load all of it."""
    if isinstance(statement, ast.Import | ast.ImportFrom) and not _is_always_needed(statement):
        statement.names = [alias for alias in statement.names if _alias(alias) in wanted]
    return statement


def _is_always_needed(statement: ast.stmt) -> bool:
    """Whether it is an import from the future, or of a star, which may bind any name."""
    if not isinstance(statement, ast.ImportFrom):
        return False
    return statement.module == "__future__" or statement.names[0].name == "*"


def _executed(path: Path, statements: list[ast.stmt]) -> dict[str, Any]:
    module = ModuleType(f"_outline_{next(_serial)}_{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # where pydantic looks names up, when first used too
    try:
        tree = ast.Module(statements, type_ignores=[])
        exec(compile(tree, str(path), "exec", dont_inherit=True), module.__dict__)
    except (Exception, SystemExit) as error:
        del sys.modules[module.__name__]
        raise OutlineError(_account(path, error)) from error
    return module.__dict__


def _account(path: Path, error: BaseException) -> str:
    if isinstance(error, SyntaxError):  # of the file's own, or of one that it imports
        return f"{error.filename or path}:{error.lineno or 1}: {error.msg}"
    frames = [frame for frame in extract_tb(error.__traceback__) if frame.filename == str(path)]
    line = frames[-1].lineno if frames else 1
    return f"{path}:{line}: {type(error).__name__}: {' '.join(str(error).split())}"
