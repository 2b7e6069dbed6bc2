"""A sweep is carried out in its folder: what is missing of it, by an engine, and its head kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol, cast

from ..config import read
from ..errors import UsageError
from ..lab import catalogue, lock, store
from ..lab.outline import measures_time
from ..record import Head, Status
from .attempt import Ended, Policy
from .engines import Engine
from .processes import USAGE
from .stored import Sweep, missing, prepare_run, refuse, run_folder


class Watch(Protocol):
    """Who is told how a sweep goes."""

    def begun(self, number: int) -> object:
        """The run of that point has begun."""

    def ended(self, number: int) -> object:
        """It has ended, in whatever way, and is kept."""


def carry_out(
    sweep: Sweep,
    folder: Path,
    engine: Engine,
    policy: Policy,
    watch: Watch,
    *,
    stop: bool = False,
    afresh: bool = False,
) -> None:
    """Carry out the runs that are not completed; where one fails, go on unless it is to `stop`.

    Raises UsageError where another process is at work on the sweep, and KeyboardInterrupt, once
    the runs at work have kept what they have.
    """
    with lock.held(folder):
        head, heads, clock = _begun(sweep, folder), _heads(sweep, folder), perf_counter()
        status = Status.INTERRUPTED

        def kept(status: Status) -> None:
            seconds = head.seconds + perf_counter() - clock
            known = replace(head, seconds=seconds, status=status)
            store.save_head(_with_runs(known, heads, len(sweep.points)), folder)

        kept(Status.RUNNING)
        try:
            for number in _ending(sweep, folder, engine, policy, watch, stop=stop, afresh=afresh):
                watch.ended(number)
                heads[number] = store.head(run_folder(folder, number))
                kept(Status.RUNNING)
            status = Status.FAILED if any(missing(sweep, folder)) else Status.COMPLETED
        except UsageError:
            status = Status.FAILED
            raise
        finally:
            heads = _heads(sweep, folder)
            kept(status)


def _ending(
    sweep: Sweep,
    folder: Path,
    engine: Engine,
    policy: Policy,
    watch: Watch,
    *,
    stop: bool,
    afresh: bool,
) -> Iterator[int]:
    """The number of each run as it ends."""
    numbers: dict[Path, int] = {}

    def folders() -> Iterator[Path]:
        for number in missing(sweep, folder):
            run = prepare_run(sweep, folder, number)
            numbers[run] = number
            watch.begun(number)
            yield run

    with closing(cast("Any", engine(folders(), policy, afresh=afresh))) as ending:
        for ended in ending:
            number = numbers[ended.folder]
            if ended.code == USAGE:
                _keep_refusal(sweep, folder, number, ended)
            yield number
            if ended.code and stop:
                return


def _keep_refusal(sweep: Sweep, folder: Path, number: int, ended: Ended) -> None:
    """Keep why a run did not begin: where nothing was measured, its folder is gone."""
    if not store.is_run(ended.folder):
        refuse(sweep, folder, number, ended.error)
    elif store.head(ended.folder).status is not Status.RUNNING:  # at work elsewhere
        store.fail(ended.folder, ended.error)


def _begun(sweep: Sweep, folder: Path) -> Head:
    """The head of a sweep that begins, or goes on."""
    known = store.head(folder) if (folder / store.HEAD).exists() else None
    if known and known.status is not Status.UNREADABLE:
        return known
    values: dict[str, list[Any]] = {key: [] for key in sweep.keys}
    for point in sweep.points:
        for each in point:
            if each.value not in values[each.key]:
                values[each.key].append(each.value)
    return Head(
        experiment=f"sweep of {sweep.experiment}",
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        quick=sweep.asked.quick,
        first_seed=sweep.asked.first_seed,
        changed={each.key: each.value for each in sweep.asked.overrides} | values,
    )


def _heads(sweep: Sweep, folder: Path) -> dict[int, Head]:
    """The heads of the runs that have begun, by their numbers."""
    runs = {number: run_folder(folder, number) for number in range(len(sweep.points))}
    return {number: store.head(run) for number, run in runs.items() if store.is_run(run)}


def _with_runs(head: Head, heads: Mapping[int, Head], total: int) -> Head:
    """The head with the verdicts of all runs, and how many of them failed."""
    runs = heads.values()
    failed = sum(each.status is Status.FAILED for each in runs)
    return replace(
        head,
        as_expected=sum(each.as_expected for each in runs),
        open=sum(each.open for each in runs),
        verdicts=sum(each.verdicts for each in runs),
        error=f"{failed} of {total} runs failed" if failed else "",
    )


def measures_times(sweep: Sweep) -> bool:
    """Whether its experiment says that its verdicts hang on times: its runs then run alone."""
    return measures_time(catalogue.experiment_path(read(Path(sweep.asked.config))))
