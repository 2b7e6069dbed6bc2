"""How long a sweep may take: as long for each point as the newest run of its experiment took."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from pathlib import Path

from ..lab import store
from ..numbers import number
from ..record import Head, Status

TEN, MINUTE, HOUR = 10, 60, 3600  # seconds


def estimate(experiment: str, points: int, jobs: int, root: Path, *, quick: bool) -> str:
    """A sentence with the time and what it is taken from, or that none can be known."""
    known = [head for head in _heads(experiment, root) if head.quick == quick and head.seconds]
    if not known:
        small = " small" if quick else ""
        return f"how long it takes is not known: no{small} run of {experiment} is completed"
    newest = max(known, key=lambda head: head.started)
    seconds = newest.seconds * ceil(points / jobs)
    name = store.name_of(Path(newest.run))
    at_once = f", {jobs} at once" if jobs > 1 else ""
    each = f"if each takes as long as {name}: {duration(newest.seconds)}"
    return f"about {duration(seconds)}{at_once}, {each}"


def duration(seconds: float) -> str:
    """As one says it: `4.1 s`, `20 s`, `12 min`, `3.5 h`.

    >>> duration(4.12), duration(20.3), duration(721), duration(12600)
    ('4.1 s', '20 s', '12 min', '3.5 h')
    """
    if seconds < 2 * MINUTE:
        return f"{seconds:.{int(seconds < TEN)}f} s"
    if seconds < 2 * HOUR:
        return f"{seconds / MINUTE:.0f} min"
    return f"{number(float(f'{seconds / HOUR:.1f}'))} h"


def _heads(experiment: str, root: Path) -> Iterator[Head]:
    """The heads of its completed runs, those within sweeps among them."""
    for folder in store.folders(root):
        swept = store.folders(folder) if store.is_sweep(folder) else [folder]
        heads = map(store.head, swept)
        yield from (
            h for h in heads if h.experiment == experiment and h.status is Status.COMPLETED
        )
