"""The attempts at a run, each a process: the head names the last one, and only that may write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from .. import files
from ..record import Head, Record, Status
from . import identity, lock, store
from .checkpoints import FOLDER, Store

OWN = ("attempt", "kept", "idle")  # what only a head knows


class TakenOver(KeyboardInterrupt):
    """Another process has taken this run over: this one stops, and no training may catch that."""


@dataclass
class Attempt:
    """This process at a run: what it may write, and from what it goes on."""

    folder: Path
    head: Head
    checkpoints: Store

    def save(self, record: Record) -> Record:
        """Write the record and its head; TakenOver where that is another process's by now."""
        self.check()
        stored = store.save(record, self.folder)
        self.save_head(stored)
        return stored

    def save_head(self, record: Record) -> None:
        """Write the head of that record."""
        own = {name: getattr(self.head, name) for name in OWN}
        made = identity.of_head(record)
        self.head = store.save_head(Head.of(record, **made, **own), self.folder)

    def check(self) -> None:
        """Raise TakenOver where the head names another attempt."""
        if store.head(self.folder).attempt > self.head.attempt:
            error = TakenOver()
            error.add_note(f"another process has taken {self.folder} over")
            raise error

    def progressed(self) -> None:
        """Let the head say that there is more to go on from."""
        self.head = replace(self.head, kept=self.head.kept + 1)
        store.save_head(self.head, self.folder)


@contextmanager
def begun(folder: Path, record: Record, *, afresh: bool = False) -> Iterator[Attempt]:
    """A new attempt at a run; Held where a process of this host is at work on it.

    One before it that ended without a word and had kept nothing was idle; `afresh` forgets those.
    """
    with lock.held(folder):
        for place in (folder, folder / FOLDER):
            files.remove_unfinished(place)
        before = store.head(folder) if store.is_run(folder) else Head(record.experiment)
        lost = before.attempt > 0 and before.status is Status.RUNNING
        idle = before.idle + 1 if lost and not before.kept and not afresh else 0
        head = Head.of(record, attempt=before.attempt + 1, idle=idle)
        attempt = Attempt(folder, head, Store(folder))
        attempt.checkpoints.check = attempt.check
        attempt.checkpoints.wrote = attempt.progressed
        store.save_head(head, folder)
        yield attempt
