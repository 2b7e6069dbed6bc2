"""Refuse, before it is tried, what this machine's memory cannot hold."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from math import inf
from pathlib import Path

from .errors import UsageError
from .numbers import number

try:
    import resource
except ImportError:  # no POSIX system: there the allocators alone refuse
    resource = None  # type: ignore[assignment]

LIMITS = (  # where Linux says what a container may use, by its two versions of cgroups
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
NONE = 2**60  # bytes: about what the first version says where there is no limit
_TRIED = re.compile(r"tried to allocate ([\d.]+ ?\w+)", re.IGNORECASE)  # CUDA writes "Tried"


class NotEnoughMemory(UsageError):
    """What was asked for needs more memory than the machine has."""


def physical() -> float:
    """The machine's memory in bytes, or what its container may use of it.

    Infinite where the system does not say.
    """
    try:
        of_machine: float = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not a POSIX system
        of_machine = inf
    return min([of_machine, *_limits()])


def _limits() -> Iterator[float]:
    for path in LIMITS:
        with suppress(OSError, ValueError):  # it is not there, or says "max"
            if (limit := int(path.read_text())) < NONE:
                yield limit


def require(needed: float, purpose: str) -> None:
    """Nothing, if `needed` bytes fit into memory; else a NotEnoughMemory that says how many."""
    if needed > physical():
        raise NotEnoughMemory(
            f"{purpose} would take {_gigabytes(needed)} of memory, this machine has "
            f"{_gigabytes(physical())}: ask for less, or use a larger machine"
        )


@contextmanager
def guard(*, bounded: bool = False) -> Iterator[None]:
    """What an allocator of torch or numpy refuses within, as a NotEnoughMemory.

    With `bounded` they refuse what the machine does not have. Else Linux promises it, and ends
    the process once it is used.
    """
    try:
        with _bound() if bounded else nullcontext():
            yield
    except (RuntimeError, MemoryError) as error:
        tried = _TRIED.search(str(error))
        if not (tried or isinstance(error, MemoryError)):
            raise
        what = (
            f"one array would take {tried[1]}" if tried else str(error) or "an array asks for more"
        )
        raise NotEnoughMemory(f"{what} of memory that is not free: ask for less") from error


@contextmanager
def _bound() -> Iterator[None]:
    """Let this process take no more than the machine's memory, beside what it has already."""
    if resource is None or (most := physical()) == inf:
        yield
        return
    before = soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = int(most) + _taken()
    allowed = [each for each in (soft, hard) if each != resource.RLIM_INFINITY]
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (min([wanted, *allowed]), hard))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def _taken() -> int:
    """Bytes of data that this process has asked for, whether or not they are used."""
    with suppress(OSError, ValueError, IndexError):
        pages = Path("/proc/self/statm").read_text().split()[5]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _gigabytes(count: float) -> str:
    return f"{number(round(count / 1e9, 1))} GB"
