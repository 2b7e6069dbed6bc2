"""Files are written beside their place and moved there whole, so that nobody meets half of one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EISDIR
from pathlib import Path

from .errors import UsageError


def write(path: Path, writer: Callable[[Path], object]) -> None:
    """Let `writer` write a file, and give it the name `path` once it is whole.

    Raises UsageError where the system refuses.
    """
    with _beside(path) as unfinished:
        writer(unfinished)
        unfinished.replace(path)


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
        reason = error.strerror or " ".join(str(error).split())
        raise UsageError(f"{path} cannot be written: {reason}; choose another place") from error
