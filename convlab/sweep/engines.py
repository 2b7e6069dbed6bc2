"""The engines by their names, and plans of experiments carried out by one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Protocol

from ..errors import UsageError, did_you_mean
from ..lab.outline import measures_time
from ..lab.planning import Plan
from ..lab.running import asked_for, prepare
from .attempt import Ended, Policy
from .local import local

NAMES = ("local", "dask")


class Engine(Protocol):
    """What carries out the runs of folders, and gives each as it ends."""

    def __call__(
        self, folders: Iterable[Path], policy: Policy, *, afresh: bool = False
    ) -> Iterator[Ended]:
        """A folder is asked for when there is room for it."""


@dataclass(frozen=True)
class Ran:
    """A plan that was carried out: its experiment, and how that ended."""

    name: str
    code: int
    seconds: float
    error: str


def engine(
    name: str,
    *,
    jobs: int = 1,
    address: str | None = None,
    tell: Callable[[str], object] = lambda text: None,
) -> Engine:
    """The engine of that name; `tell` takes its warnings. UsageError for one that is not there."""
    if name not in NAMES:
        raise UsageError(f"no engine `{name}`{did_you_mean(name, NAMES)}; there are: local, dask")
    if name == "local":
        if address:
            raise UsageError("--address is of the engine `dask`; say --engine dask")
        return partial(local, jobs=jobs)
    from .on_dask import dask

    return partial(dask, jobs=jobs, address=address, tell=tell)


def run_all(
    plans: Sequence[Plan],
    root: Path,
    carry_out: Engine,
    *,
    first_seed: int = 0,
    tell: Callable[[str], object] = lambda name: None,
) -> Iterator[Ran]:
    """Carry out the plans, each in a new folder below `root`, and give each as it ends.

    Those that measure times come last, on this machine and one by one. `tell` is called with the
    name of each that starts.
    """
    began: dict[Path, tuple[str, float]] = {}

    def folders(chosen: Iterable[Plan]) -> Iterator[Path]:
        for planned in chosen:
            asked = asked_for(planned, device="auto", threads=1, first_seed=first_seed)
            folder = prepare(asked, root, planned.name)
            began[folder] = planned.name, perf_counter()
            tell(planned.name)
            yield folder

    timed = [planned for planned in plans if measures_time(planned.file)]
    others = [planned for planned in plans if planned not in timed]
    for engine_, chosen in ((carry_out, others), (partial(local, jobs=1), timed)):
        for ended in engine_(folders(chosen), Policy()):
            name, started = began.pop(ended.folder)
            yield Ran(name, ended.code, perf_counter() - started, _error(ended))


def _error(ended: Ended) -> str:
    kept = f"; the run is kept in {ended.folder}" if ended.folder.exists() else ""
    return f"{ended.error}{kept}" if ended.code else ""
