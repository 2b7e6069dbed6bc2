"""Refuse, before it is tried, what this machine's memory cannot hold."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf

from .errors import UsageError
from .numbers import number

_TRIED = re.compile(r"tried to allocate ([\d.]+ ?\w+)", re.IGNORECASE)  # CUDA writes "Tried"


class NotEnoughMemory(UsageError):
    """What was asked for needs more memory than the machine has."""


def physical() -> float:
    """The machine's memory in bytes; infinite where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not a POSIX system
        return inf


def require(needed: float, purpose: str) -> None:
    """Nothing, if `needed` bytes fit into memory; else a NotEnoughMemory that says how many."""
    if needed > physical():
        raise NotEnoughMemory(
            f"{purpose} would take {_gigabytes(needed)} of memory, this machine has "
            f"{_gigabytes(physical())}: ask for less, or use a larger machine"
        )


@contextmanager
def guard() -> Iterator[None]:
    """What an allocator of torch or numpy refuses within, as a NotEnoughMemory."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        tried = _TRIED.search(str(error))
        if not (tried or isinstance(error, MemoryError)):
            raise
        what = (
            f"one array would take {tried[1]}" if tried else str(error) or "an array asks for more"
        )
        raise NotEnoughMemory(f"{what} of memory that is not free: ask for less") from error


def _gigabytes(count: float) -> str:
    return f"{number(round(count / 1e9, 1))} GB"
