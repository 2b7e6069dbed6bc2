"""Copies of a config and its experiment, with what lies beside it, to be changed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from .. import config, files
from ..errors import UsageError
from .catalogue import SUFFIXES
from .neighbours import neighbours
from .planning import plan


def copy(name: str, place: Path) -> list[Path]:
    """A config, its experiment and the files that this imports, written to a folder.

    `place` is that folder, or the YAML in it that the copy of the config becomes. That one names
    the copy of the experiment. Raises UsageError where a file is there already, but for an
    imported one that is the same: two experiments may share it.
    """
    planned = plan(name)
    beside = planned.file.parent
    is_yaml = place.suffix in SUFFIXES and not files.is_folder(place)
    folder, own_name = (place.parent, place.name) if is_yaml else (place, "")
    copies = {
        folder / (own_name or planned.document.path.name): config.with_experiment(
            planned.document.path, f"./{planned.file.name}"
        ).encode(),
        folder / planned.file.name: planned.file.read_bytes(),
    }
    shared = {folder / p.relative_to(beside): p.read_bytes() for p in neighbours(planned.file)}
    missing = copies | {path: data for path, data in shared.items() if not _has(path, data)}
    _write_new(missing)
    return list(missing)


def _has(path: Path, data: bytes) -> bool:
    return files.is_file(path) and path.read_bytes() == data


def _write_new(copies: dict[Path, bytes]) -> None:
    for path in copies:
        if files.is_file(path) or files.is_folder(path):
            raise UsageError(f"{path} exists already; name another folder")
    for path, data in copies.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot write to {path.parent}: {error.strerror}") from None
        files.write(path, partial(_write_bytes, data))


def _write_bytes(data: bytes, path: Path) -> None:
    path.write_bytes(data)
