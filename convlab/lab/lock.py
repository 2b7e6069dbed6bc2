"""Whether the process of a run lives: it holds a lock that the system lets go at its end."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # no POSIX system: there a dead run is not told from one that runs
    fcntl = None  # type: ignore[assignment]

LOCK = "lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the lock of a run, which names its host and process, for as long as it runs."""
    path = folder / LOCK
    if fcntl is None:
        yield
        return
    with path.open("wb", buffering=0) as file:
        with suppress(OSError):  # a full disk, or a file system without locks
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.write(f"{platform.node()} {os.getpid()}\n".encode())
        yield


def is_dead(folder: Path) -> bool:
    """Whether a process of this host held the lock and ended without a word.

    False where that cannot be known: without a lock, or with one from another host.
    """
    path = folder / LOCK
    if fcntl is None or not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        host = file.read(1000).partition(" ")[0]
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:  # held, or a file system without locks
            return False
        return host == platform.node()
