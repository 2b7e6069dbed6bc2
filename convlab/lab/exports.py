"""Whether this package has what an experiment imports from it, without importing any of it."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

from ..errors import did_you_mean
from .outline import parse
from .statements import names_bound

PACKAGE = Path(__file__).parents[1]


def missing(node: ast.stmt) -> str:
    """What the import names that is not there, and what was meant; empty if all is there."""
    if isinstance(node, ast.Import):
        return next(filter(None, (_missing_module(alias.name) for alias in node.names)), "")
    if not isinstance(node, ast.ImportFrom) or node.level:
        return ""
    module = node.module or ""
    if (problem := _missing_module(module)) or _file(module) is None:
        return problem
    names = (_missing_name(module, alias.name) for alias in node.names)
    return next(filter(None, names), "")


def _missing_module(dotted: str) -> str:
    if not _is_ours(dotted) or _file(dotted):
        return ""
    above, _, name = dotted.rpartition(".")
    if problem := _missing_module(above):
        return problem
    return f"`{dotted}`, which is not there{did_you_mean(name, _modules(above))}"


def _missing_name(module: str, name: str) -> str:
    file = _file(module)
    known = _public(file) if file else set()
    if name in known | {"*", *_modules(module)}:
        return ""
    return f"`{name}` from {module}, which has none{did_you_mean(name, sorted(known))}"


def _is_ours(dotted: str) -> bool:
    return dotted.partition(".")[0] == PACKAGE.name


def _file(dotted: str) -> Path | None:
    """The file of a module of this package."""
    if not _is_ours(dotted):
        return None
    place = PACKAGE.joinpath(*dotted.split(".")[1:])
    files = (place / "__init__.py", place.with_suffix(".py"))
    return next(filter(Path.is_file, files), None)


def _modules(dotted: str) -> list[str]:
    """The names of the modules in a package of ours."""
    folder = PACKAGE.joinpath(*dotted.split(".")[1:])
    found = [*folder.glob("[!_]*.py"), *(init.parent for init in folder.glob("[!_]*/__init__.py"))]
    return sorted(path.stem for path in found)


def _public(file: Path) -> set[str]:
    """What the file lists in `__all__`, where it does; else what it binds."""
    return _names(parse(file))


@lru_cache(maxsize=1024)
def _names(tree: ast.Module) -> set[str]:
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
            return set(ast.literal_eval(statement.value))
    return names_bound(tree)
