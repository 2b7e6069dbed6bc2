"""A plan: an experiment that is found, and settings that are checked, without running anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from reprlib import repr as brief
from typing import Any

from pydantic import BaseModel

from .. import config
from ..config import Document, Overrides
from ..errors import UsageError
from ..measure import Answer, Claim
from ..measure.claim import region
from . import catalogue, conditions, how
from .conditions import Difference
from .judging import check_claims, line_of
from .neighbours import neighbours
from .outline import OutlineError, account, check_defines, check_takes, docstring, outline
from .sources import sources


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
        with _accounted(file):
            _check_kinds(file, known["Config"], known["CLAIMS"], known["ANSWER"])
            settings = config.build(known["Config"], document, overrides, quick=quick)
            for claim in known["CLAIMS"]:
                _check_regions(file, claim, settings)
            differences = conditions.differences(settings, file, document, quick=quick)
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


def replanned(planned: Plan, overrides: Overrides) -> Plan:
    """The same plan with other settings, for a fraction of the time; raises as `plan`."""
    file, document = planned.file, planned.document
    with _accounted(file):
        settings = config.build(type(planned.settings), document, overrides, quick=planned.quick)
        for claim in planned.claims:
            _check_regions(file, claim, settings)
        differences = conditions.differences(settings, file, document, quick=planned.quick)
    return replace(planned, overrides=overrides, settings=settings, differences=differences)


@contextmanager
def _accounted(file: Path) -> Iterator[None]:
    """Raise OutlineError for what a validator raises, or a default that is made."""
    try:
        yield
    except (config.ConfigError, UsageError):
        raise
    except Exception as error:
        raise OutlineError(account(file, error)) from error


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
