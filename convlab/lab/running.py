"""Find an experiment, check its settings, measure, judge, draw and keep: the one path."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from .. import config, files, memory
from ..config import Document, Overrides
from ..errors import UsageError
from ..measure import Claim, Measurements, NotMeasured, Outcome, Verdict
from ..record import Progress, Record, Status
from . import catalogue, store
from .neighbours import neighbours
from .outline import OutlineError, account, check_defines, docstring, outline
from .sources import sources

if TYPE_CHECKING:  # it imports torch, which a plan does without
    from ..workbench import Workbench

RUNS = Path("runs")


@dataclass(frozen=True)
class Plan:
    """An experiment and its settings, checked and ready to run. Making one imports no torch."""

    name: str
    file: Path
    docstring: str
    document: Document
    overrides: Overrides
    quick: bool
    settings: BaseModel
    claims: tuple[Claim, ...]
    sources: list[dict[str, str]]  # the files of the experiment

    @property
    def question(self) -> str:
        """The first line of what the experiment says of itself."""
        return self.docstring.partition("\n")[0]


def plan(name: str, overrides: Overrides = (), *, quick: bool = False) -> Plan:
    """What a YAML, named by its path or as a shipped config, asks for.

    Raises ConfigError with every problem of the settings, or UsageError.
    """
    document = config.read(catalogue.config_path(name))
    file = catalogue.experiment_path(document)
    beside = neighbours(file)  # all that it imports from there is there
    check_defines(file, "measure")
    known = outline(file, "Config", "CLAIMS", "__package__")
    try:
        _check_kinds(file, known["Config"], known["CLAIMS"])
        settings = config.build(known["Config"], document, overrides, quick=quick)
    except (config.ConfigError, UsageError):
        raise
    except Exception as error:  # of a validator, or of a default that is made
        raise OutlineError(account(file, error)) from error
    finally:
        catalogue.forget(known["__package__"])
    return Plan(
        name=file.stem,
        file=file,
        docstring=docstring(file),
        document=document,
        overrides=overrides,
        quick=quick,
        settings=settings,
        claims=tuple(known["CLAIMS"]),
        sources=sources([document.path, file, *beside]),
    )


def _check_kinds(file: Path, config_class: Any, claims: Any) -> None:
    if not (isinstance(config_class, type) and issubclass(config_class, BaseModel)):
        raise OutlineError(
            f"{file}: `Config` should be a pydantic BaseModel, not {config_class!r}"
        )
    config_class.model_rebuild()  # names in its annotations may stand below it
    if not isinstance(claims, tuple | list) or not all(isinstance(c, Claim) for c in claims):
        raise OutlineError(f"{file}: `CLAIMS` should be a tuple of Claim, not {claims!r}")


def run(
    planned: Plan,
    *,
    device: str = "auto",
    threads: int = 1,
    root: Path = RUNS,
    tell: Callable[[Progress], None] = lambda progress: None,
) -> Record:
    """Carry a plan out and keep it in a directory of its own, whatever becomes of it.

    A run that is stopped or fails is kept as such, and the exception goes on; one that could not
    begin, because a UsageError says what to put right, leaves nothing. One thread is as fast as
    two on networks so small, and ten times as fast where another program keeps a core busy.
    """
    from .. import timing
    from ..workbench import Workbench, choose_device

    bench = Workbench(choose_device(device), tell)
    with store.gone_if_unused(root), timing.threads(threads):
        return _run_and_keep(planned, bench, store.reserve(root, planned.name))


def _run_and_keep(planned: Plan, bench: Workbench, folder: Path) -> Record:
    from .environment import environment

    started = perf_counter()
    record = Record(
        experiment=planned.name,
        question=planned.question,
        settings=planned.settings.model_dump(mode="json"),
        status=Status.RUNNING,
        quick=planned.quick,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        environment=environment(bench.device) | {"sources": planned.sources},
    )
    package = ""
    try:
        store.save(record, folder)
        experiment = catalogue.load(planned.file)
        package = experiment.__package__ or ""
        record = replace(record, measurements=_measure(experiment, planned, bench))
        verdicts = judge(experiment.CLAIMS, record.measurements, quick=planned.quick)
        record = replace(record, verdicts=verdicts)
        figures = _draw(experiment, record.measurements, folder)
        bench.wait()
        record = replace(record, figures=figures, status=Status.COMPLETED)
    except BaseException as error:
        if isinstance(error, UsageError) and not record.measurements.rows:
            store.discard(folder)  # it could not begin
            raise
        broken = _broken_record(record, bench, error)
        store.save(replace(broken, seconds=perf_counter() - started), folder)
        error.add_note(f"the run is kept in {folder}")
        raise
    finally:
        catalogue.forget(package)
    return store.save(replace(record, seconds=perf_counter() - started), folder)


def _measure(experiment: ModuleType, planned: Plan, bench: Workbench) -> Measurements:
    """What the experiment measures with its settings, and the losses of what it trained."""
    settings = config.build(
        experiment.Config, planned.document, planned.overrides, quick=planned.quick
    )
    with memory.guard():
        measurements: Measurements = experiment.measure(settings, bench)
    measurements.arrays.update(_losses(bench))
    return measurements


def _broken_record(record: Record, bench: Workbench, error: BaseException) -> Record:
    """The record of a run that stopped, with all that it had measured and trained until then."""
    stopped = isinstance(error, KeyboardInterrupt)
    record.measurements.arrays.update(_losses(bench))
    return replace(
        record,
        status=Status.INTERRUPTED if stopped else Status.FAILED,
        error=traceback.format_exception_only(error)[-1].strip(),
    )


def _losses(bench: Workbench) -> dict[str, Any]:
    return {f"loss of {name}": losses for name, losses in bench.losses.items()}


def judge(
    claims: tuple[Claim, ...], measurements: Measurements, *, quick: bool
) -> tuple[Verdict, ...]:
    """The verdicts on those claims whose rows were measured; a quick run decides nothing."""
    verdicts = []
    for claim in claims:
        try:
            verdict = claim.check(measurements)
        except NotMeasured:  # it speaks of an arm that was not asked for
            continue
        verdicts.append(replace(verdict, outcome=Outcome.UNDECIDED) if quick else verdict)
    return tuple(verdicts)


def _draw(experiment: ModuleType, measurements: Measurements, folder: Path) -> tuple[str, ...]:
    """The experiment's figures as PNG files in the run; their names."""
    figures = experiment.draw(measurements) if hasattr(experiment, "draw") else {}
    for stem, figure in figures.items():
        files.write(folder / f"{stem}.png", partial(figure.savefig, dpi=144))
    return tuple(f"{stem}.png" for stem in figures)
