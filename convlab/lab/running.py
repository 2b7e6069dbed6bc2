"""Measure, judge, draw and keep: the one path from a plan to its record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from traceback import format_exception
from types import ModuleType
from typing import TYPE_CHECKING

from .. import config, memory
from ..config.overrides import as_list
from ..errors import UsageError
from ..measure import Claim, Measurements, Verdict
from ..record import Progress, Record, Status
from . import catalogue, drawing, how, identity, judging, keeping, store
from .asked import Asked
from .conditions import SEEDS
from .keeping import Stages
from .planning import Plan
from .store import RUNS

if TYPE_CHECKING:  # it imports torch, which a plan does without
    from ..workbench import Workbench

Tell = Callable[[Progress], None]


def run(
    planned: Plan,
    *,
    device: str = "auto",
    threads: int = 1,
    first_seed: int = 0,
    root: Path = RUNS,
    tell: Tell = lambda progress: None,
) -> Record:
    """Carry a plan out and keep it in a directory of its own, whatever becomes of it.

    A run that is stopped or fails is kept as such with all that it had measured and trained, and
    the exception goes on, with a `kept_in` that says where; one that could not begin, because a
    UsageError says what to put right, leaves nothing. One thread is as fast as two on networks so
    small, and ten times as fast where another program keeps a core busy.
    """
    if planned.document.sweep:
        path = planned.document.path
        raise UsageError(f"{path} has a `sweep:`, which is many runs: convlab sweep {path}")
    asked = asked_for(planned, device=device, threads=threads, first_seed=first_seed)
    asked = on_device(asked, planned)  # before there is a folder
    with store.gone_if_unused(root):
        folder = prepare(asked, root, planned.name)
        record = begun(planned, asked, folder)
        return carry_out(planned, asked, record, folder.absolute(), tell)


def asked_for(planned: Plan, *, device: str, threads: int, first_seed: int) -> Asked:
    """What is asked for by a plan and how to run it; UsageError for numbers that none can be."""
    how.check_threads(threads)
    how.check_first_seed(first_seed)
    return Asked(
        config=str(planned.document.path.absolute()),
        overrides=tuple(as_list(planned.overrides)),
        quick=planned.quick,
        device=device,
        threads=threads,
        first_seed=first_seed,
        folder=_here(),
    )


def _here() -> str:
    """The current folder, if it is there: somebody may have deleted it."""
    with suppress(OSError):
        return str(Path.cwd())
    return ""


def on_device(asked: Asked, planned: Plan) -> Asked:
    """The same with the device that `auto` means; UsageError for one that is not there."""
    from ..workbench import choose_device

    return replace(asked, device=choose_device(asked.device, on_a_card=planned.on_a_card))


def prepare(asked: Asked, root: Path, name: str) -> Path:
    """A new folder below `root`, numbered after the name, that says what its run is to be."""
    folder = store.reserve(root, name)
    try:
        asked.save(folder)
    except UsageError:
        store.discard(folder)
        raise
    return folder


def carry_out(
    planned: Plan,
    asked: Asked,
    record: Record,
    folder: Path,
    tell: Tell = lambda progress: None,
    *,
    afresh: bool = False,
) -> Record:
    """Run the plan in a folder, from a record that is begun, and from what is trained there.

    `asked` names the device itself; `afresh` forgets how many attempts were lost.
    """
    from .. import timing
    from ..workbench import Workbench, repeatable
    from .networks import own

    bench = Workbench(asked.device, tell, asked.first_seed, own)
    going = stages(planned, bench)
    with timing.threads(asked.threads), repeatable(asked.device):
        return keeping.kept(record, going, bench, folder, planned.file, afresh=afresh)


def begun(planned: Plan, asked: Asked, folder: Path) -> Record:
    """The record of a run of the plan that has done nothing yet."""
    return Record(
        experiment=planned.name,
        question=planned.question,
        settings=planned.settings.model_dump(mode="json"),
        status=Status.RUNNING,
        quick=planned.quick,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        run=str(folder),
        first_seed=asked.first_seed,
        changed={each.key: each.value for each in planned.differences},
        predictions=identity.predictions(planned.claims, planned.settings),
    )


def stages(planned: Plan, bench: Workbench) -> Stages:
    """How a run goes: from its record and folder to a fuller record, again and again."""

    def fuller(record: Record, folder: Path) -> Iterator[Record]:
        from .environment import environment

        known = record.environment or environment(bench.device) | identity.facts(planned)
        yield (record := replace(record, environment=known))
        experiment = catalogue.load(planned.file)
        try:
            measured = _measure(experiment, planned, bench)
            yield (record := replace(record, measurements=measured, trained=bench.trained))
            for verdict in _verdicts(planned, experiment.CLAIMS, record.measurements):
                yield (record := replace(record, verdicts=(*record.verdicts, verdict)))
            if answer := getattr(experiment, "ANSWER", None):
                yield (record := replace(record, answer=answer.told(record.measurements)))
            yield from _drawn(experiment, record, folder)
            bench.wait()
        finally:
            catalogue.forget(experiment.__package__ or "")

    return fuller


def _measure(experiment: ModuleType, planned: Plan, bench: Workbench) -> Measurements:
    settings = config.build(
        experiment.Config, planned.document, planned.overrides, quick=planned.quick
    )
    with memory.guard(bounded=bench.device == "cpu"):  # a card maps far more than it uses
        measurements = experiment.measure(settings, bench)
    if not isinstance(measurements, Measurements):
        raise TypeError(
            f"{planned.file}: `measure` should return Measurements, not {measurements!r}"
        )
    return keeping.with_bench(measurements, bench)  # figures show losses


def _verdicts(
    planned: Plan, claims: tuple[Claim, ...], measured: Measurements
) -> Iterator[Verdict]:
    """The verdicts on what was measured."""
    return judging.verdicts(
        claims,
        measured,
        file=planned.file,
        shipped=not planned.quick and all(d.key == SEEDS for d in planned.differences),
        settings=planned.settings,
        quick=planned.quick,
        other_settings=planned.other_settings,
    )


def _drawn(experiment: ModuleType, record: Record, folder: Path) -> Iterator[Record]:
    """The record with one figure after another; a `draw` that fails costs no more than those."""
    try:
        for name in drawing.keep(experiment, record, folder):
            yield (record := replace(record, figures=(*record.figures, name)))
    except UsageError:  # the system refuses a file
        raise
    except Exception as error:
        store.log("".join(format_exception(error)), folder)
        place = keeping.place(error, Path(experiment.__file__ or ""))
        why = f"{keeping.words(error)} ({place})" if place else keeping.words(error)
        note = (
            f"not all figures could be drawn: {why}; the traceback is in the run's `{store.LOG}`"
        )
        notes = [*record.measurements.notes, note]
        yield replace(record, measurements=replace(record.measurements, notes=notes))
