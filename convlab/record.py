"""A finished run as plain data, and as the JSON document that `--json` prints."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, get_args

from .errors import UsageError
from .measure import Measurements, Outcome, Row, Sample, Statistic, Verdict

VERSION = 2  # of the document's form
RENAMED_STATISTICS = {"rate": "proportion"}  # since version 1, which named no version


class Status(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Progress:
    """How far a task of a run has come; a training counts steps of single networks."""

    task: str
    done: int
    total: int  # 0 where it is not known
    seeds: int = 0  # 0 where nothing is trained
    loss: Callable[[], float] | None = None  # the median loss, computed only if it is shown


@dataclass(frozen=True)
class Record:
    """What was asked, on which machine, what was measured and what was judged."""

    experiment: str
    question: str
    settings: dict[str, Any]
    status: Status = Status.COMPLETED
    quick: bool = False
    measurements: Measurements = field(default_factory=Measurements)
    verdicts: tuple[Verdict, ...] = ()
    seconds: float = 0.0
    started: str = ""  # ISO 8601, UTC
    environment: dict[str, Any] = field(default_factory=dict)
    figures: tuple[str, ...] = ()  # file names within the run
    error: str = ""  # in one line, where the run failed
    run: str | None = None  # the run directory

    @property
    def unexpected(self) -> tuple[Verdict, ...]:
        """The verdicts that are not as predicted; a quick run decides nothing."""
        if self.quick:
            return ()
        return tuple(v for v in self.verdicts if v.outcome is not v.expected)

    def document(self) -> dict[str, Any]:
        """The record in JSON's types; what is no finite number is "NaN" or "±Infinity", a string.

        `version` of this form, `experiment`, `question`, `settings`, `rows` (each `table`,
        `factors`, `quantities`; each quantity with `values`, `center`, `low`, `high`, `exact`,
        `statistic`), `verdicts` (each `id`, `source`, `sentence`, `outcome`, `expected`,
        `predicted`, `measured`, `quantity`, `unit`, `evidence`), `notes`, `seconds`, `run`,
        `status`, `quick`, `started`, `environment`, `figures`, `error`.
        """
        document = {
            "version": VERSION,
            "experiment": self.experiment,
            "question": self.question,
            "settings": self.settings,
            "rows": [_row(row) for row in self.measurements.rows],
            "verdicts": [asdict(v) | {"evidence": v.evidence} for v in self.verdicts],
            "notes": self.measurements.notes,
            "seconds": self.seconds,
            "run": self.run,
            "status": self.status,
            "quick": self.quick,
            "started": self.started,
            "environment": self.environment,
            "figures": list(self.figures),
            "error": self.error,
        }
        plain: dict[str, Any] = _plain(document)
        return plain

    @classmethod
    def of(cls, document: dict[str, Any]) -> Record:
        """The record of such a document; arrays are kept beside it, not in it.

        Raises UsageError for a document that a later convlab has written.
        """
        _check_version(document.get("version", 1))
        rows = [Row(r["table"], r["factors"], _samples(r["quantities"])) for r in document["rows"]]
        return cls(
            experiment=_text(document["experiment"]),
            question=_text(document["question"]),
            settings=document["settings"],
            status=Status(document["status"]),
            quick=document["quick"],
            measurements=Measurements(rows, notes=document["notes"]),
            verdicts=tuple(_verdict(verdict) for verdict in document["verdicts"]),
            seconds=float(document["seconds"]),
            started=_text(document["started"]),
            environment=document["environment"],
            figures=tuple(map(_text, document["figures"])),
            error=_text(document["error"]),
            run=document["run"],
        )


def _check_version(version: Any) -> None:
    if type(version) is not int or not 1 <= version <= VERSION:
        raise UsageError(
            f"the record has the form {version}, and this convlab reads the forms 1 to {VERSION}: "
            "use the convlab that wrote it"
        )


def _row(row: Row) -> dict[str, Any]:
    quantities = {name: _quantity(sample) for name, sample in row.quantities.items()}
    return {"table": row.table, "factors": row.factors, "quantities": quantities}


def _quantity(sample: Sample) -> dict[str, Any]:
    low, high = sample.interval
    return {
        "values": sample.values,
        "center": sample.center,
        "low": low,
        "high": high,
        "exact": sample.exact,
        "statistic": sample.statistic,
    }


def _samples(quantities: dict[str, Any]) -> dict[str, Sample]:
    return {
        name: Sample(tuple(float(value) for value in quantity["values"]), _statistic(quantity))
        for name, quantity in quantities.items()
    }


def _statistic(quantity: dict[str, Any]) -> Any:
    statistic = RENAMED_STATISTICS.get(quantity["statistic"], quantity["statistic"])
    if statistic not in get_args(Statistic):
        raise ValueError(f"no statistic is called {statistic!r}")
    return statistic


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _verdict(document: dict[str, Any]) -> Verdict:
    outcomes = {key: Outcome(document[key]) for key in ("outcome", "expected")}
    return Verdict(**{k: v for k, v in document.items() if k != "evidence"} | outcomes)


def _plain(value: Any) -> Any:
    """`value` with only JSON's types in it."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bool | int | None):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else _NO_NUMBER[repr(float(value))]
    return str(value)


_NO_NUMBER = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
