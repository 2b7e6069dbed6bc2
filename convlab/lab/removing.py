"""Stored runs and sweeps are removed whole: each first leaves the list, and then the disk."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from ..errors import UsageError
from ..record import Status
from ..report.removal import Removal
from . import lock, store

HIDDEN = re.compile(r"\.removed-[0-9a-f]{16}")  # what a run is called while it is deleted


def planned(folders: Iterable[Path], root: Path, *, force: bool = False) -> list[Removal]:
    """What is to be removed, each once; UsageError for the first that cannot be.

    Such as a folder that is not in `root` and may be that of no run, or a run at which a process
    is at work, unless `force` says to remove it all the same.
    """
    apart = {os.path.realpath(folder.parent) + os.sep + folder.name: folder for folder in folders}
    for folder in apart.values():
        if why := _refusal(folder, root) or ("" if force else _at_work(folder)):
            raise UsageError(f"{folder} {why}")
    return [_removal(folder) for folder in apart.values()]


def remove(folder: Path, *, force: bool = False) -> None:
    """Remove a run or a sweep; of a link to one, only the link.

    Raises UsageError where a process has begun to work on it, unless `force` says to remove it all
    the same, and where the system refuses. A deletion that was killed is finished by the next.
    """
    if not force and (why := _at_work(folder)):
        raise UsageError(f"{folder} {why}")
    hidden = folder.with_name(f".removed-{token_hex(8)}")
    try:
        if folder.is_symlink():
            folder.unlink()
            return
        folder.rename(hidden)
    except OSError as error:
        raise UsageError(f"{folder} cannot be removed: {error.strerror}") from error
    for path in _hidden(folder.parent):
        shutil.rmtree(path, ignore_errors=True)
    if hidden.exists():
        raise UsageError(f"{folder} is off the list, but not all of it can be deleted: {hidden}")


def _hidden(root: Path) -> Iterator[Path]:
    yield from (path for path in root.glob(".removed-*") if HIDDEN.fullmatch(path.name))


def _refusal(folder: Path, root: Path) -> str:
    """Why that is nothing to be removed as a run."""
    if folder.is_symlink():  # what it leads to stays
        return ""
    if store.is_sweep(folder.parent):
        return f"is a part of a sweep; `convlab rm {store.name_of(folder.parent)}` removes it all"
    if _is_here(folder):
        return "is where you are; leave that folder first"
    if folder.parent.resolve() != root.resolve() and not _is_certain(folder):
        return "may be no run, as nothing readable in it says so; delete it yourself"
    if not store.is_sweep(folder) and any(store.folders(folder)):
        return "holds other runs; name those"
    return ""


def _is_here(folder: Path) -> bool:
    with suppress(OSError):  # somebody may have deleted the current folder
        return Path.cwd().is_relative_to(folder.resolve())
    return False


def _is_certain(folder: Path) -> bool:
    """Whether what a run or a sweep writes can be read there."""
    written = any((folder / name).exists() for name in (store.HEAD, store.RECORD))
    return written and store.head(folder).status is not Status.UNREADABLE


def _at_work(folder: Path) -> str:
    parts = store.folders(folder) if store.is_sweep(folder) else ()
    if folder.is_symlink() or not any(map(_is_at_work, (folder, *parts))):
        return ""
    return "is at work, or was within the last minutes: wait for it, or say --force"


def _is_at_work(folder: Path) -> bool:
    return lock.is_held(folder) or store.head(folder).status is Status.RUNNING


def _removal(folder: Path) -> Removal:
    sizes = [] if folder.is_symlink() else list(_sizes(folder))
    return Removal(store.head(folder), len(sizes), sum(sizes))


def _sizes(folder: Path) -> Iterator[int]:
    """Of each file below the folder, in bytes; links are not followed."""
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # it is gone by now
                yield (Path(place) / name).lstat().st_size
