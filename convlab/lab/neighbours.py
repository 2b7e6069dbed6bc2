"""The files that an experiment imports from beside it, found without executing any of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from .outline import OutlineError, parse


def neighbours(experiment: Path) -> list[Path]:
    """Those that it imports, and those that they import in turn.

    Raises OutlineError, with file and line, for one that is not there or is no Python; an import
    that stands in a `try` may fail.
    """
    files = [experiment]
    for file in files:  # it grows meanwhile
        new = dict.fromkeys(_imports(file, experiment.parent))
        files += [other for other in new if other not in files]
    return files[1:]


def _imports(file: Path, root: Path) -> Iterator[Path]:
    tree = parse(file)
    optional = {id(n) for t in ast.walk(tree) if isinstance(t, ast.Try) for n in ast.walk(t)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            try:
                yield from _files(node, file, root)
            except FileNotFoundError as missing:
                if id(node) not in optional:
                    message = f"imports {missing}, which is not there"
                    raise OutlineError(f"{file}:{node.lineno}: {message}") from None


def _files(node: ast.ImportFrom, file: Path, root: Path) -> Iterator[Path]:
    """The files behind one import; FileNotFoundError where there are none."""
    above = [file.parent, *file.parent.parents][node.level - 1]
    if not above.is_relative_to(root):
        raise FileNotFoundError(f"from above {root}")
    place = above.joinpath(*(node.module or "").split("."))
    for package in (place, *place.parents):
        if package.is_relative_to(above) and (package / "__init__.py").is_file():
            yield package / "__init__.py"
    if place.with_suffix(".py").is_file() and node.module:
        yield place.with_suffix(".py")
        return
    if not place.is_dir():
        raise FileNotFoundError(place.with_suffix(".py"))
    for alias in node.names:
        yield from _member(place, alias.name)


def _member(package: Path, name: str) -> Iterator[Path]:
    """The file of a module in a package, none for a name that its `__init__` may define."""
    module, inner = package / f"{name}.py", package / name / "__init__.py"
    if module.is_file():
        yield module
    elif inner.is_file():
        yield inner
    elif not (package / "__init__.py").is_file():
        raise FileNotFoundError(module)
