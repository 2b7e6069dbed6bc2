"""How a run is made, beside its settings: checked before anything is made."""

from __future__ import annotations

from reprlib import repr as brief
from typing import Any

from ..errors import UsageError

LAST_SEED = 2**32  # that a first seed may be
MOST_THREADS = 1024


def check_threads(threads: Any) -> None:
    """Raise UsageError for a number of threads that torch would fail at, or end Python with."""
    _check_whole("threads", threads, 1, MOST_THREADS)


def check_first_seed(first_seed: Any) -> None:
    """Raise UsageError for what no generator of random numbers starts from."""
    _check_whole("first_seed", first_seed, 0, LAST_SEED)


def check_quick(quick: Any) -> None:
    """Raise UsageError for what is neither true nor false, and could not be kept as such."""
    if not isinstance(quick, bool):
        raise UsageError(f"quick={brief(quick)} should be True or False")


def _check_whole(name: str, value: Any, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        raise UsageError(
            f"{name}={brief(value)} should be a whole number between {least} and {most}"
        )
