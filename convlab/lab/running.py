"""Find an experiment, check its settings, measure, judge, draw and keep: the one path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from reprlib import repr as brief
from traceback import format_exception
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from .. import config, memory
from ..config import Document, Overrides
from ..errors import UsageError
from ..measure import Answer, Claim, Measurements, Verdict
from ..measure.claim import region
from ..record import Progress, Record, Status
from . import catalogue, conditions, drawing, how, identity, judging, keeping, store
from .conditions import SEEDS, Difference
from .judging import check_claims, line_of
from .keeping import Stages
from .neighbours import neighbours
from .outline import OutlineError, account, check_defines, check_takes, docstring, outline
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
    answer: Answer | None
    on_a_card: bool  # whether the experiment says that it is faster there
    sources: list[dict[str, str]]  # the files of the experiment
    differences: tuple[Difference, ...]  # from the settings that predictions were made for

    @property
    def question(self) -> str:
        """The first line of what the experiment says of itself."""
        return self.docstring.partition("\n")[0]

    @property
    def other_settings(self) -> str:
        """How the settings differ from those that the predictions were made for."""
        return "; ".join(str(each) for each in self.differences if each.is_condition)


def plan(name: str, overrides: Overrides = (), *, quick: bool = False) -> Plan:
    """What a YAML, named by its path or as a shipped config, asks for.

    Raises ConfigError with every problem of the settings, or UsageError.
    """
    how.check_quick(quick)
    document = config.read(catalogue.config_path(name))
    file = catalogue.experiment_path(document)
    beside = neighbours(file)  # all that it imports from there is there
    check_defines(file, "measure")
    check_takes(file, "measure", "config, workbench")
    check_takes(file, "draw", "record")
    known = outline(file, "Config", "CLAIMS", "__package__", ANSWER=None, ON_A_CARD=False)
    try:
        _check_kinds(file, known["Config"], known["CLAIMS"], known["ANSWER"])
        settings = config.build(known["Config"], document, overrides, quick=quick)
        for claim in known["CLAIMS"]:
            _check_regions(file, claim, settings)
        differences = conditions.differences(settings, file, document, quick=quick)
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
        answer=known["ANSWER"],
        on_a_card=bool(known["ON_A_CARD"]),
        differences=differences,
        sources=sources([document.path, file, *beside]),
    )


def _check_kinds(file: Path, config_class: Any, claims: Any, answer: Any) -> None:
    if not (isinstance(config_class, type) and issubclass(config_class, BaseModel)):
        raise OutlineError(
            f"{file}: `Config` should be a pydantic BaseModel, not {config_class!r}"
        )
    config_class.model_rebuild()  # names in its annotations may stand below it
    check_claims(file, claims)
    if not isinstance(answer, Answer | None):
        raise OutlineError(f"{file}: `ANSWER` should be an Answer(TEXT, …), not {brief(answer)}")


def _check_regions(file: Path, claim: Claim, settings: BaseModel) -> None:
    """Raise OutlineError for a region that is a function of the settings and fails for these."""
    for predicted in (claim.predicted, *(control.predicted for control in claim.controls)):
        try:
            region(f"claim {claim.id}", predicted, settings)
        except Exception as error:
            raise OutlineError(
                f"{account(file, error, line_of(claim.id, file))} (the region of claim {claim.id} "
                "for these settings)"
            ) from error


def run(
    planned: Plan,
    *,
    device: str = "auto",
    threads: int = 1,
    first_seed: int = 0,
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
    from ..workbench import Workbench, choose_device, repeatable
    from .networks import own

    how.check_threads(threads)
    how.check_first_seed(first_seed)
    bench = Workbench(choose_device(device, on_a_card=planned.on_a_card), tell, first_seed, own)
    with store.gone_if_unused(root), timing.threads(threads), repeatable(bench.device):
        folder = store.reserve(root, planned.name)
        begun = replace(_begun(planned, folder), first_seed=first_seed)
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
        changed={each.key: each.value for each in planned.differences},
        predictions=identity.predictions(planned.claims, planned.settings),
    )


def stages(planned: Plan, bench: Workbench) -> Stages:
    """How a run goes: from its record and folder to a fuller record, again and again."""

    def fuller(record: Record, folder: Path) -> Iterator[Record]:
        from .environment import environment

        facts = environment(bench.device) | identity.facts(planned)
        yield (record := replace(record, environment=facts))
        store.save(record, folder)
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
    with memory.guard():
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
