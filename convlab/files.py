"""Files are written beside their place and moved there whole, so that nobody meets half of one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from errno import EDQUOT, EIO, EISDIR, ENOSPC
from pathlib import Path

from .errors import UsageError

MACHINE = {EDQUOT, EIO, ENOSPC}  # what the system says of itself: a disk is full, or broken


def write(path: Path, writer: Callable[[Path], object]) -> None:
    """Let `writer` write a file, and give it the name `path` once it is whole.

    Raises UsageError where the system refuses the path, and OSError where the disk is full.
    """
    with _beside(path) as unfinished:
        writer(unfinished)
        unfinished.replace(path)


def is_file(path: Path) -> bool:
    """Whether a file has that path; a path that the system cannot even look for is of none."""
    with suppress(OSError, ValueError):
        return path.is_file()
    return False


def is_folder(path: Path) -> bool:
    """Whether a folder has that path; a path that the system cannot even look for is of none."""
    with suppress(OSError, ValueError):
        return path.is_dir()
    return False


def check_place(path: Path) -> None:
    """Raise UsageError unless a file can be written to that path."""
    with _beside(path) as unfinished:
        unfinished.touch()
        if path.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A name beside `path`, of a file that is gone afterwards unless it was moved."""
    unfinished = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        try:
            yield unfinished
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in MACHINE:
            raise  # no other words would help
        reason = error.strerror or " ".join(str(error).split())
        raise UsageError(f"{path} cannot be written: {reason}; choose another place") from error
