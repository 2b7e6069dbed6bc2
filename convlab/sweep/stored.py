"""A sweep in its folder: what was asked for, written once; its runs say how they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from .. import files
from ..errors import UsageError
from ..lab import store
from ..lab.asked import Asked, place
from ..lab.folders import SWEEP
from ..record import Head, Status
from .points import Point

VERSION = 1  # of its form
LARGEST = 2**26  # bytes that are read


@dataclass(frozen=True)
class Sweep:
    """What a sweep was asked for: an experiment, how to run it, and the points to run it at."""

    experiment: str
    asked: Asked  # of every run, but for its point
    points: tuple[Point, ...]
    show: tuple[str, ...] = ()  # the quantities of its table
    version: int = VERSION

    @property
    def keys(self) -> list[str]:
        """The keys that are swept, in their order."""
        return [each.key for each in self.points[0]]

    def save(self, folder: Path) -> None:
        """Write it to its folder; UsageError where the system refuses."""
        here = replace(self, asked=replace(self.asked, place=place(folder)))
        text = json.dumps(to_jsonable_python(asdict(here), fallback=str))
        files.write(folder / SWEEP, lambda path: path.write_text(text, encoding="utf-8"))

    @classmethod
    def load(cls, folder: Path) -> Sweep:
        """The sweep of that folder; UsageError where nothing readable says what it was."""
        try:
            with (folder / SWEEP).open("rb") as file:
                found = _reader().validate_json(file.read(LARGEST))
        except (OSError, ValueError) as error:  # anybody may have written that file
            why = getattr(error, "strerror", None) or " ".join(str(error).split())
            raise UsageError(f"{folder} holds no readable {SWEEP}: {why}") from None
        if found.version > VERSION:
            raise UsageError(f"{folder} was written by a later convlab; update this one")
        keys = {tuple(each.key for each in point) for point in found.points}
        if len(keys) != 1:
            raise UsageError(f"{folder} holds no readable {SWEEP}: its points have other keys")
        return found


@cache
def _reader() -> TypeAdapter[Sweep]:
    return TypeAdapter(Sweep)


def is_ours(folder: Path) -> bool:
    """Whether this host made the sweep, so that its code is what its user had asked to run."""
    return Sweep.load(folder).asked.place == place(folder)


def prepare(sweep: Sweep, root: Path) -> Path:
    """A new folder below `root` that says what its runs are to be."""
    folder = store.reserve(root, f"sweep-{sweep.experiment}")
    try:
        sweep.save(folder)
    except UsageError:
        store.discard(folder)
        raise
    return folder


def run_folder(folder: Path, number: int) -> Path:
    """Where the run of a point lies, which may not be there yet."""
    return folder / f"{number:05}"


def missing(sweep: Sweep, folder: Path) -> Iterator[int]:
    """The numbers of the points whose runs are not completed."""
    for number in range(len(sweep.points)):
        run = run_folder(folder, number)
        if not store.is_run(run) or store.head(run).status is not Status.COMPLETED:
            yield number


def prepare_run(sweep: Sweep, folder: Path, number: int) -> Path:
    """The folder of a point's run, which says what that is to be."""
    run, point = run_folder(folder, number), sweep.points[number]
    asked = replace(sweep.asked, overrides=(*sweep.asked.overrides, *point))
    try:
        run.mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(f"{run} cannot be made: {error.strerror}; make room for it") from error
    if not store.is_run(run):
        asked.save(run)
    return run


def refuse(sweep: Sweep, folder: Path, number: int, error: str) -> None:
    """Keep why a run could not begin, whose folder is gone since nothing was measured in it."""
    run = prepare_run(sweep, folder, number)
    changed = {each.key: each.value for each in sweep.points[number]}
    head = Head(sweep.experiment, Status.FAILED, changed=changed, error=error)
    store.save_head(replace(head, quick=sweep.asked.quick), run)
