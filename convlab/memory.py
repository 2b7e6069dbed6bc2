"""Refuse, before it is tried, what this machine's memory cannot hold."""

from __future__ import annotations

import os
from math import inf

from .errors import UsageError


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
            f"{purpose} would take {needed / 1e9:,.1f} GB of memory, this machine has "
            f"{physical() / 1e9:,.1f} GB: ask for less, or use a larger machine"
        )
