"""Find an experiment, check its settings, measure, judge, draw and keep: the one path."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from reprlib import repr as brief
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from .. import config, files, memory
from ..config import Document, Overrides
from ..errors import UsageError
from ..measure import Claim, Measurements, NotMeasured, Outcome, Verdict
from ..record import Progress, Record, Status
from . import catalogue, keeping, store
from .keeping import Stages
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

    A run that is stopped or fails is kept as such with all that it had measured and trained, and
    the exception goes on, with a `kept_in` that says where; one that could not begin, because a
    UsageError says what to put right, leaves nothing. One thread is as fast as two on networks so
    small, and ten times as fast where another program keeps a core busy.
    """
    from .. import timing
    from ..workbench import Workbench, choose_device

    bench = Workbench(choose_device(device), tell)
    with store.gone_if_unused(root), timing.threads(threads):
        folder = store.reserve(root, planned.name)
        begun = _begun(planned, folder)
        return keeping.kept(begun, stages(planned, bench), bench, folder.absolute(), planned.file)


def _begun(planned: Plan, folder: Path) -> Record:
    return Record(
        experiment=planned.name,
        question=planned.question,
        settings=planned.settings.model_dump(mode="json"),
        status=Status.RUNNING,
        quick=planned.quick,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        run=str(folder),
    )


def stages(planned: Plan, bench: Workbench) -> Stages:
    """How a run goes: from its record and folder to a fuller record, again and again."""

    def fuller(record: Record, folder: Path) -> Iterator[Record]:
        from .environment import environment

        facts = environment(bench.device) | {"sources": planned.sources}
        yield (record := replace(record, environment=facts))
        store.save(record, folder)
        experiment = catalogue.load(planned.file)
        try:
            yield (record := replace(record, measurements=_measure(experiment, planned, bench)))
            for verdict in _verdicts(experiment.CLAIMS, record.measurements, quick=planned.quick):
                yield (record := replace(record, verdicts=(*record.verdicts, verdict)))
            for name in _drawn(experiment, record.measurements, folder):
                yield (record := replace(record, figures=(*record.figures, name)))
            bench.wait()
        finally:
            catalogue.forget(experiment.__package__ or "")

    return fuller


def _measure(experiment: ModuleType, planned: Plan, bench: Workbench) -> Measurements:
    settings = config.build(
        experiment.Config, planned.document, planned.overrides, quick=planned.quick
    )
    with memory.guard():
        measurements = experiment.measure(settings, bench)
    if not isinstance(measurements, Measurements):
        raise TypeError(
            f"{planned.file}: `measure` should return Measurements, not {measurements!r}"
        )
    return keeping.with_bench(measurements, bench)  # figures show losses


def judge(
    claims: tuple[Claim, ...], measurements: Measurements, *, quick: bool
) -> tuple[Verdict, ...]:
    """The verdicts on those claims whose rows were measured; a quick run decides nothing.

    Raises NoSuchName for a claim on a quantity, or on a factor of one, that is in no row.
    """
    return tuple(_verdicts(claims, measurements, quick=quick))


def _verdicts(
    claims: tuple[Claim, ...], measurements: Measurements, *, quick: bool
) -> Iterator[Verdict]:
    """As `judge`; a claim that cannot be judged is an error once the others have been."""
    failed = None
    for claim in claims:
        try:
            verdict = claim.check(measurements)
        except NotMeasured:  # it speaks of an arm that was not asked for
            continue
        except Exception as error:
            failed = failed or error
            continue
        yield replace(verdict, outcome=Outcome.UNDECIDED) if quick else verdict
    if failed:
        raise failed


def _drawn(experiment: ModuleType, measurements: Measurements, folder: Path) -> Iterator[str]:
    """Keep the experiment's figures as PNG files in the run; their names."""
    figures = experiment.draw(measurements) if hasattr(experiment, "draw") else {}
    wanted = f"{experiment.__file__}: `draw` should return matplotlib Figures by name"
    if not isinstance(figures, Mapping):
        raise TypeError(f"{wanted}, not {brief(figures)}")
    for stem, figure in figures.items():
        if not hasattr(figure, "savefig"):
            raise TypeError(f"{wanted}, not {brief(figure)} as {brief(stem)}")
        if {os.sep, os.altsep, "\0"} & set(str(stem)):  # it would be written elsewhere
            raise ValueError(f"{wanted}; {brief(stem)} cannot be the name of a file")
        files.write(folder / f"{stem}.png", partial(figure.savefig, dpi=144))
        yield f"{stem}.png"
