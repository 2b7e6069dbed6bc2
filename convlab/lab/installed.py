"""Whether the libraries that an experiment's files import are there, without importing any."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path

from .exports import missing
from .outline import OutlineError
from .statements import nodes_of

CALLED = ("measure", "draw")  # functions of an experiment that every run calls


def check_installed(file: Path, tree: ast.Module, folder: Path) -> None:
    """Raise OutlineError, with the line, for what a run would miss: a library, or a name of ours.

    Only imports count that every run makes: those of the file itself and of `CALLED`. A file that
    changes `sys.path` may find what is not to be found before.
    """
    if _names_path(tree):
        return
    for node in _always(tree.body):
        for name in _libraries(node):
            if problem := _problem(name, node, folder):
                raise OutlineError(f"{file}:{node.lineno}: {problem}")
        if problem := missing(node):
            raise OutlineError(f"{file}:{node.lineno}: imports {problem}")


def _names_path(tree: ast.Module) -> bool:
    attributes = (node for node in nodes_of(tree) if isinstance(node, ast.Attribute))
    return any(ast.unparse(node) == "sys.path" for node in attributes if node.attr == "path")


def _always(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            yield statement
        elif isinstance(statement, ast.FunctionDef) and statement.name in CALLED:
            yield from _always(statement.body)


def _libraries(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [] if node.level else [str(node.module).partition(".")[0]]
    return [alias.name.partition(".")[0] for alias in getattr(node, "names", [])]


def _problem(name: str, node: ast.stmt, folder: Path) -> str:
    """What is wrong with an import of this library; empty where nothing is.

    A file beside the experiment is no library: whether it is found hangs on where one starts.
    """
    is_beside = (folder / f"{name}.py").is_file() or (folder / name / "__init__.py").is_file()
    if _is_library(name) or (_is_found(name) and not is_beside):
        return ""
    if is_beside:
        dotted = ast.unparse(node).replace(f"from {name}", f"from .{name}", 1)
        dotted = dotted if dotted.startswith("from") else f"from . import {name}"
        return f"imports `{name}` as a library; from beside the experiment write `{dotted}`"
    return f"imports `{name}`, which is not installed"


def _is_library(name: str) -> bool:
    """Whether it is found from any folder: the first entry of the path is where one started."""
    if name in sys.stdlib_module_names:
        return True
    finders = [finder for finder in sys.meta_path if finder is not PathFinder]
    found = any(f.find_spec(name, None) for f in finders if hasattr(f, "find_spec"))
    return found or PathFinder.find_spec(name, sys.path[1:]) is not None


def _is_found(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return name in sys.modules
