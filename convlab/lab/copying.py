"""Copies of a config and its experiment, with what lies beside it, to be changed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from .. import files
from ..errors import UsageError
from .running import plan


def copy(name: str, folder: Path) -> list[Path]:
    """A config, its experiment and the files that this imports, written to `folder`.

    The copy of the config names the copy of the experiment. Raises UsageError where a file is
    there already, but for an imported one that is the same: two experiments may share it.
    """
    planned = plan(name)
    text = planned.document.path.read_text(encoding="utf-8-sig")
    named = re.sub(r"(?m)^experiment:\s*\S+", f"experiment: ./{planned.file.name}", text, count=1)
    copies = {
        folder / planned.document.path.name: named,
        folder / planned.file.name: planned.file.read_text(encoding="utf-8"),
    }
    shared = {
        folder / path.relative_to(planned.file.parent): path.read_text(encoding="utf-8")
        for path in _neighbours(planned.file)
    }
    missing = copies | {path: text for path, text in shared.items() if not _has_text(path, text)}
    _write_new(missing)
    return list(missing)


def _neighbours(path: Path) -> list[Path]:
    """The files beside this one that it imports, and those that they import."""
    found = list(_imports(path))
    for file in found:  # it grows meanwhile
        found += [other for other in _imports(file) if other not in (path, *found)]
    return found


def _imports(file: Path) -> Iterator[Path]:
    """The files beside this one that it imports, as `from ._scenes import rectangles` does."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            names = [node.module] if node.module else [alias.name for alias in node.names]
            places = [file.parent.joinpath(*name.split(".")) for name in names]
            yield from (place.with_suffix(".py") for place in places)


def _has_text(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def _write_new(copies: dict[Path, str]) -> None:
    for path in copies:
        if path.exists():
            raise UsageError(f"{path} exists already; name another folder")
    for path, text in copies.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot write to {path.parent}: {error.strerror}") from None
        files.write(path, partial(_write_text, text))


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")
