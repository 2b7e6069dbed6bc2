"""The files that an experiment imports from beside it, found without executing any of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .installed import check_installed
from .outline import OutlineError, parse
from .statements import DOORS, names_bound, nodes_of


def neighbours(experiment: Path) -> list[Path]:
    """Those that it imports, and those that they import in turn.

    Raises OutlineError, with file and line, for one that is not there, is no Python, or does not
    define what is imported; and for a library that is not installed. An import that stands in a
    `try` or an `if` may fail.
    """
    files = [experiment]
    for file in files:  # it grows meanwhile
        new = dict.fromkeys(_imports(file, experiment.parent))
        files += [other for other in new if other not in files]
    return files[1:]


@dataclass(frozen=True)
class _Text:
    """What a file says, found once however many experiments import it."""

    tree: ast.Module
    relative: tuple[ast.ImportFrom, ...]
    optional: frozenset[int]  # the nodes that may fail
    named: frozenset[str]  # what it binds, and doors to any name


def _text(file: Path) -> _Text:
    return _found(parse(file))


@lru_cache(maxsize=1024)
def _found(tree: ast.Module) -> _Text:
    nodes = nodes_of(tree)
    guards = (node for node in nodes if isinstance(node, ast.Try | ast.If))
    return _Text(
        tree,
        tuple(node for node in nodes if isinstance(node, ast.ImportFrom) and node.level),
        frozenset(id(node) for guard in guards for node in ast.walk(guard)),
        frozenset(names_bound(tree) | {n.id for n in nodes if isinstance(n, ast.Name)} & DOORS),
    )


def _imports(file: Path, root: Path) -> Iterator[Path]:
    text = _text(file)
    for node in text.relative:
        try:
            yield from _files(node, file, root)
        except ImportError as error:
            if id(node) not in text.optional:
                raise OutlineError(f"{file}:{node.lineno}: imports {error}") from None
    check_installed(file, text.tree, root)


def _files(node: ast.ImportFrom, file: Path, root: Path) -> Iterator[Path]:
    """The files behind one import; ImportError where there are none."""
    above = [file.parent, *file.parent.parents][node.level - 1]
    if not above.is_relative_to(root):
        raise ImportError(f"from above {root}, which is not there")
    place = above.joinpath(*(node.module or "").split("."))
    for package in (place, *place.parents):
        if package.is_relative_to(above) and (package / "__init__.py").is_file():
            yield package / "__init__.py"
    if place.with_suffix(".py").is_file() and node.module:
        yield place.with_suffix(".py")
        for alias in node.names:
            _check_defines(place.with_suffix(".py"), alias.name)
        return
    if not place.is_dir():
        raise ImportError(f"{place.with_suffix('.py')}, which is not there")
    for alias in node.names:
        yield from _member(place, alias.name)


def _member(package: Path, name: str) -> Iterator[Path]:
    """The file of a module in a package, none for a name that its `__init__` defines."""
    module, inner = package / f"{name}.py", package / name / "__init__.py"
    if module.is_file():
        yield module
    elif inner.is_file():
        yield inner
    elif not (package / "__init__.py").is_file():
        raise ImportError(f"{module}, which is not there")
    else:
        _check_defines(package / "__init__.py", name)


def _check_defines(module: Path, name: str) -> None:
    """Raise ImportError unless the module may define the name, in whatever way."""
    if name != "*" and not _text(module).named & {name, "*", "__getattr__", *DOORS}:
        raise ImportError(f"`{name}` from {module}, which does not define it")
