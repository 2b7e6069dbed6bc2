"""The engine of one machine: so many runs at once, each in a process forked from a warm one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from threading import Event

from .attempt import Ended, Policy, until_done


def local(
    folders: Iterable[Path], policy: Policy, *, jobs: int = 1, afresh: bool = False
) -> Iterator[Ended]:
    """Carry out the runs of the folders, `jobs` at once, and give each as it ends.

    A folder is asked for only when there is room for it. Where the caller stops early, or is
    interrupted, the runs at work are told to end, keep what they have, and are waited for.
    """
    stop, slots = Event(), SimpleQueue[int]()
    for slot in range(jobs):
        slots.put(slot)

    def carry_out(folder: Path) -> Ended:
        slot = slots.get()
        try:
            shown = slot if jobs > 1 else None
            return until_done(folder, policy, afresh=afresh, slot=shown, is_to_stop=stop.is_set)
        finally:
            slots.put(slot)

    with ThreadPoolExecutor(jobs) as threads:
        try:
            yield from _as_they_end(
                lambda folder: threads.submit(carry_out, folder), iter(folders), jobs
            )
        finally:
            stop.set()


def _as_they_end(
    begin: Callable[[Path], Future[Ended]], folders: Iterator[Path], jobs: int
) -> Iterator[Ended]:
    running = {begin(folder) for folder in islice(folders, jobs)}
    while running:
        ended, running = wait(running, return_when=FIRST_COMPLETED)
        for future in ended:
            yield future.result()
            running |= {begin(folder) for folder in islice(folders, 1)}
