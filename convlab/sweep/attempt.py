"""One run, in as many attempts as it takes: what every engine does for a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from ..lab import store
from . import processes
from .processes import DONE, FAILED, HELD, INTERRUPTED, LOST, USAGE, Attempt

PAUSE = 2.0  # seconds between two looks at a run that another process is at work on
MOST_LOST = 2  # processes in a row that end without a word and without progress
VANISHED = "its process ended without a word and without progress, twice in a row"


@dataclass(frozen=True)
class Policy:
    """What is done about a run that fails, or takes too long."""

    retries: int = 0  # after an exception of the experiment; never after a usage or memory error
    timeout: float | None = None  # seconds


@dataclass(frozen=True)
class Ended:
    """How a run ended: 0 completed, 1 failed, 2 usage or memory, 130 interrupted; its error."""

    folder: Path
    code: int
    error: str = ""


def until_done(
    folder: Path,
    policy: Policy,
    *,
    afresh: bool = False,
    slot: int | None = None,
    patience: float = 0.0,
    is_to_stop: Callable[[], bool] = lambda: False,
) -> Ended:
    """Carry out the run of a folder, each attempt in a new process, until it is done or given up.

    An attempt that fails is made again as often as the policy allows; one whose process is lost,
    unless that and the one before had made no progress. Each goes on from what is kept. `afresh`
    forgets losses of earlier calls. Where another process is at work on it, that is waited for so
    many seconds of `patience`, and then, if it is on another host, taken for lost.
    """
    deadline = None if policy.timeout is None else monotonic() + policy.timeout
    failures = lost = 0
    waited = 0.0
    while True:
        first = failures == lost == 0
        ended = processes.attempt(
            folder,
            deadline=deadline,
            is_to_stop=is_to_stop,
            slot=slot,
            afresh=afresh and first,
            force=not first or (patience > 0 and waited >= patience),
        )
        if ended.code == INTERRUPTED and deadline and not is_to_stop() and monotonic() > deadline:
            return _failed(folder, f"it took longer than {policy.timeout:g} s")
        if ended.code == FAILED and failures < policy.retries:
            failures += 1
        elif ended.code == HELD and waited < patience and not is_to_stop():
            sleep(PAUSE)
            waited += PAUSE
        elif ended.code == LOST:
            lost = _lost(folder, lost)
            if lost >= MOST_LOST:
                return _failed(folder, VANISHED)
        else:
            return _told(folder, ended)


def _lost(folder: Path, before: int) -> int:
    """How many processes in a row have been lost without progress, this one among them."""
    head = store.head(folder)
    return 0 if head.kept else max(before, head.idle) + 1


def _failed(folder: Path, error: str) -> Ended:
    store.fail(folder, error)
    return Ended(folder, FAILED, error)


def _told(folder: Path, ended: Attempt) -> Ended:
    if ended.code == DONE:
        return Ended(folder, DONE)
    code = USAGE if ended.code == HELD else ended.code
    return Ended(folder, code, ended.error or store.head(folder).error)
