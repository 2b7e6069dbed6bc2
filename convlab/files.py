"""Files are written beside their place and moved there whole, so that nobody meets half of one."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from errno import EINVAL, EISDIR
from pathlib import Path
from secrets import token_hex
from stat import S_ISREG

from .errors import UsageError
from .foreign import printable

UNFINISHED = re.compile(r"\.\d+-[0-9a-f]{8}-.")  # names of files that are being written


def write(path: Path, writer: Callable[[Path], object]) -> None:
    """Let `writer` write a file, and give it the name `path` once it is whole.

    Where `path` is a link, the file that it leads to is written. Raises UsageError where the
    system refuses; its cause is the OSError.
    """
    with _beside(path) as (unfinished, place):
        writer(unfinished)
        _to_disk(unfinished)  # or a loss of power may leave an empty file of that name
        unfinished.replace(place)


def read(path: Path, largest: int) -> bytes:
    """The bytes of a file that anybody may have put there.

    Raises OSError where the system refuses, and ValueError for what is no file, such as a pipe, or
    has more than `largest` bytes.
    """
    if not S_ISREG(path.stat().st_mode):
        raise ValueError("it is no file")
    with path.open("rb", buffering=0) as file:
        if os.fstat(file.fileno()).st_size > largest:
            raise ValueError(f"it has more than {largest // 2**20} MiB")
        return file.readall()


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


def is_name(text: str) -> bool:
    """Whether it can be the name of a file in a folder, and of none elsewhere.

    >>> [is_name(text) for text in ("a.png", "../a.png", "/a.png", "..")]
    [True, False, False, False]
    """
    outside = {os.sep, os.altsep, "\0"} & set(text)
    return not outside and text not in ("", os.curdir, os.pardir)


def check_place(path: Path) -> None:
    """Raise UsageError unless a file can be written to that path."""
    with _beside(path) as (unfinished, _):
        unfinished.touch()


def _writer() -> str:
    """What no other writer is called, be it a thread, or a process of another host."""
    return f"{os.getpid()}-{token_hex(4)}"


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def remove_unfinished(folder: Path) -> None:
    """Remove what writers left there that were killed; none may be at work in it."""
    for path in folder.glob(".*"):
        if UNFINISHED.match(path.name):
            with suppress(OSError):
                path.unlink()


@contextmanager
def _beside(path: Path) -> Iterator[tuple[Path, Path]]:
    """A name beside the place of `path`, of a file that is gone afterwards unless it was moved."""
    try:
        place = path.resolve() if path.is_symlink() else path
        unfinished = place.with_name(f".{_writer()}-{place.name}")
        if place.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        if place.exists() and not place.is_file():  # a pipe or a device, which would be replaced
            raise OSError(EINVAL, "not a regular file")
        try:
            yield unfinished, place
        finally:
            unfinished.unlink(missing_ok=True)
    except (OSError, RuntimeError) as error:  # the latter of links in a circle
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise UsageError(
            f"{printable(path)} cannot be written: {reason}; choose another place"
        ) from error
