"""Whether the process of a run lives: it holds a lock that the system lets go at its end.

A lock speaks for its own host. To others the file's time does, which the process sets anew every
BEAT seconds: a run without a beat for SILENT seconds is dead, unless a clock was set back.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from time import sleep, time
from typing import IO

from .. import files
from ..errors import UsageError

try:
    import fcntl
except ImportError:  # no POSIX system: there a dead run is not told from one that runs
    fcntl = None  # type: ignore[assignment]

LOCK = "lock"
BEAT = 30.0  # seconds
SILENT = 300.0
TRIES, PAUSE = 10, 0.02  # seconds


class Held(UsageError):
    """Another process is at work on this run."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the lock of a run, which names its host and process, for as long as it runs.

    Raises Held where a process of this host holds it.
    """
    path = folder / LOCK
    if fcntl is None:
        yield
        return
    with path.open("ab", buffering=0) as file:
        if not _taken(file):
            raise Held(f"{folder} is at work in another process; wait for it")
        with suppress(OSError):  # a full disk
            file.truncate(0)
            file.write(f"{platform.node()} {os.getpid()}\n".encode())
        with _beating(path):
            yield


def _taken(file: IO[bytes]) -> bool:
    """Whether the lock is ours, or there are none here; who only looks holds it for a moment."""
    for _ in range(TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sleep(PAUSE)
        except OSError:  # a file system without locks
            return True
        else:
            return True
    return False


@contextmanager
def _beating(path: Path) -> Iterator[None]:
    """Set the file's time anew every BEAT seconds, from a thread that does nothing else."""
    over = Event()

    def beat() -> None:
        while not over.wait(BEAT):
            with suppress(OSError):  # somebody may have deleted it
                os.utime(path)

    Thread(target=beat, name="heartbeat", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def is_dead(folder: Path) -> bool:
    """Whether a process held the lock and ended without a word.

    False where that cannot be known: without a lock, or soon after the last beat on another host.
    """
    path = folder / LOCK
    if fcntl is None or not files.is_file(path):
        return False
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            host = file.read(1000).partition(" ")[0]
            if host != platform.node():
                return time() - path.stat().st_mtime > SILENT
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return True
    except OSError:  # held, or a file system without locks, or nobody's to read
        return False


def is_held(folder: Path) -> bool:
    """Whether a process of this host holds the lock now."""
    path = folder / LOCK
    if fcntl is None or not files.is_file(path):
        return False
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    return False
