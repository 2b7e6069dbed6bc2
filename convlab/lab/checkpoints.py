"""Where a run's trainings are, on disk: written now and then, found again after a loss.

Trainings that have ended are gathered and written together when it is time, so that many short
ones cost little; of the one that is under way the two newest states are there. Each file has the
hash of its bytes in its name: a damaged one is told, and the one before it used. The disk being
full stops no training.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from .. import files

if TYPE_CHECKING:  # it imports torch
    from ..train.course import Kept

FOLDER = "checkpoints"
ENDED, UNDER_WAY = "ended", "now"
NUMBER = "[0-9]*"  # with which names begin, but those of files that are being written
PAUSE = 10.0  # seconds between two writings
SHARE = 0.05  # of the time at most that writing takes, as long as no more than MOST is lost
MOST = 25.0  # seconds

Name = tuple[str, str]  # of a training and of a group of its networks


@dataclass
class Store:
    """The files of one run. `check` is called before one is written, `wrote` after it."""

    folder: Path
    notes: list[str] = field(default_factory=list)  # of what went wrong
    check: Callable[[], object] = lambda: None
    wrote: Callable[[], object] = lambda: None
    due: float = field(default_factory=lambda: perf_counter() + PAUSE)
    _ended: dict[Name, Kept] = field(default_factory=dict)

    def of(self, training: str) -> OfTraining:
        """What `fit` is given for the training of that name."""
        return OfTraining(self, training)

    def flush(self) -> None:
        """Write what has ended since the last time."""
        if self._ended and self._write(ENDED, self._ended):
            self._ended = {}

    def keep(self, name: Name, kept: Kept, *, ended: bool) -> None:
        """Keep a group; one that is under way is written at once, with all that has ended."""
        if ended:
            self._ended[name] = kept
        started = perf_counter()
        if not ended or started > self.due:
            self.flush()
            if not ended:
                self._write(UNDER_WAY, {name: kept})
                self._remove_old()
            took = perf_counter() - started
            self.due = perf_counter() + min(max(PAUSE, took / SHARE), MOST)

    def find(self, name: Name) -> Iterator[Kept]:
        """What is kept of the group, as ended or from the newest on."""
        for kind in (ENDED, UNDER_WAY):
            for path in self._there[kind]:
                if kept := self._read(path).get(name):
                    yield kept

    def remove(self) -> None:
        """All of it, once the run is completed."""
        shutil.rmtree(self.folder / FOLDER, ignore_errors=True)

    @cached_property
    def _there(self) -> dict[str, list[Path]]:
        """The files that another process left, the newest first."""
        found = sorted((self.folder / FOLDER).glob(f"{NUMBER}.*.pt"), reverse=True)
        return {kind: [p for p in found if f".{kind}." in p.name] for kind in (ENDED, UNDER_WAY)}

    @cached_property
    def _next(self) -> int:
        numbers = [int(p.name.partition(".")[0]) for paths in self._there.values() for p in paths]
        return max(numbers, default=0) + 1

    def _write(self, kind: str, kept: dict[Name, Kept]) -> bool:
        """Whether that is on the disk now."""
        self.check()
        import torch

        data = io.BytesIO()
        try:
            torch.save(kept, data)
            content = data.getbuffer()
            name = f"{self._next:06}.{kind}.{sha256(content).hexdigest()[:16]}.pt"
            self._next += 1
            (self.folder / FOLDER).mkdir(parents=True, exist_ok=True)
            files.write(self.folder / FOLDER / name, lambda path: path.write_bytes(content))
        except Exception as error:  # a full disk, say, must stop no training
            self._note(f"not all could be kept to go on from: {error}")
            return False
        self.wrote()
        return True

    def _remove_old(self) -> None:
        for path in sorted((self.folder / FOLDER).glob(f"{NUMBER}.{UNDER_WAY}.*.pt"))[:-2]:
            path.unlink(missing_ok=True)

    def _read(self, path: Path) -> dict[Name, Any]:
        if path not in self._contents:
            self._contents[path] = self._loaded(path)
        return self._contents[path]

    @cached_property
    def _contents(self) -> dict[Path, dict[Name, Any]]:
        return {}

    def _loaded(self, path: Path) -> dict[Name, Any]:
        import torch

        try:
            with path.open("rb") as file:
                digest = sha256(file.read()).hexdigest()[:16]
            if f".{digest}." not in path.name:
                raise ValueError("its bytes are not those that were written")
            found: dict[Name, Any] = torch.load(path, weights_only=True, mmap=True)
        except FileNotFoundError:  # it was removed as an older one
            return {}
        except Exception as error:  # whatever lies there
            why = " ".join(str(error).split())
            self._note(f"{path.name} of the run's checkpoints is damaged, and not used: {why}")
            return {}
        return found

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


@dataclass(frozen=True)
class OfTraining:
    """The checkpoints of the groups of one training."""

    store: Store
    training: str

    def find(self, group: str) -> Iterator[Kept]:
        """What is kept of the group, the newest first."""
        return self.store.find((self.training, group))

    def is_due(self) -> bool:
        """Whether it is time to keep the group that is trained."""
        return perf_counter() > self.store.due

    def keep(self, group: str, kept: Kept, *, ended: bool) -> None:
        """Keep the group."""
        self.store.keep((self.training, group), kept, ended=ended)
