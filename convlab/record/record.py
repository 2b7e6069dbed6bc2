"""A finished run as plain data, and as the JSON document that `--json` prints."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import MISSING, asdict, dataclass, field, fields
from enum import StrEnum
from reprlib import repr as brief
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from ..errors import UsageError
from ..foreign import as_text
from ..measure import Measurements, Outcome, Row, Sample, Statistic, Varies, Verdict

if TYPE_CHECKING:
    import pandas  # a user may have it; nothing here needs it

VERSION = 3  # of the document's form
RENAMED_STATISTICS = {"rate": "proportion"}  # since version 1, which named no version
SINCE_3 = {"answer": "", "trained": [], "first_seed": 0, "changed": {}, "predictions": ""}
LONGEST = 2**13  # bits of a whole number; Python writes no longer ones
KINDS = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    dict: "an object",
    list: "a list",
}  # in JSON's words

Choice = TypeVar("Choice", bound=StrEnum)


class Status(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    DEAD = "dead"  # found, never written: the process of a run ended without a word
    UNREADABLE = "unreadable"  # found, never written: there is no record to read


@dataclass(frozen=True)
class Progress:
    """How far a task of a run has come; a training counts steps of single networks."""

    task: str
    done: int
    total: int  # 0 where it is not known
    seeds: int = 0  # 0 where nothing is trained
    loss: Callable[[], float] | None = None  # the median loss, computed only if it is shown


@dataclass(frozen=True)
class Trained:
    """One training of an arm: its network, how long it was trained, and how the loss fell."""

    name: str
    parameters: int
    multiply_adds: int | None  # per sample; None where they could not be counted
    seeds: int
    steps: int
    first_loss: Sample
    last_loss: Sample
    diverged: int
    seconds: float
    trial: bool = False  # of a learning rate, say, or on fewer examples


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
    answer: str = ""  # of the experiment, with this run's numbers
    trained: tuple[Trained, ...] = ()
    first_seed: int = 0
    changed: dict[str, Any] = field(default_factory=dict)  # settings unlike the shipped ones
    predictions: str = ""  # a hash of what the claims predicted

    @property
    def unexpected(self) -> tuple[Verdict, ...]:
        """The verdicts that are not as predicted; what a quick run leaves undecided is none."""
        open_ = (Outcome.UNDECIDED,) if self.quick else ()
        return tuple(v for v in self.verdicts if not v.as_expected and v.outcome not in open_)

    def finding(self, claim: str, otherwise: str = "") -> str:
        """What the claim of that id says, if it came out so; else the question, or `otherwise`.

        The title of a figure: of a claim that was refuted, as expected, `Not so: …`.
        """
        verdict = next((v for v in self.verdicts if v.id == claim), None)
        if verdict and verdict.outcome is Outcome.HOLDS:
            return verdict.sentence
        if verdict and verdict.outcome is verdict.expected is Outcome.REFUTED:
            return f"Not so: {verdict.sentence}"
        return otherwise or self.question

    def __repr__(self) -> str:
        from . import facts

        return f"<Record {facts.summary(self)}>"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from . import notebook

        return notebook.as_html(self)

    def to_frame(self) -> pandas.DataFrame:
        """What was measured as a frame of pandas: a row for each seed of a quantity.

        Columns: `run`, `experiment`, `table`, one for each factor, `quantity`, `statistic`,
        `varies`, `seed` and `repeat` (none for what is exact), `value`. Raises UsageError where
        pandas is not installed.
        """
        from . import tidy

        return tidy.frame(self)

    def document(self) -> dict[str, Any]:
        """The record in JSON's types; what is no finite number is "NaN" or "±Infinity", a string.

        `version` of this form, `experiment`, `question`, `settings`, `rows` (each `table`,
        `factors`, `quantities`; each quantity with `values`, `center`, `low`, `high`, `exact`,
        `statistic`, `varies`, `overlap`), `verdicts` (each with the fields of `Verdict` and
        `evidence`), `answer`, `trained` (each with the fields of `Trained`), `notes`, `seconds`,
        `run`, `status`, `quick`, `first_seed`, `changed`, `predictions`, `started`,
        `environment`, `figures`, `error`.
        """
        document = {
            "version": VERSION,
            "experiment": self.experiment,
            "question": self.question,
            "settings": self.settings,
            "rows": [_row(row) for row in self.measurements.rows],
            "verdicts": [asdict(v) | {"evidence": v.evidence} for v in self.verdicts],
            "answer": self.answer,
            "trained": [_trained(each) for each in self.trained],
            "notes": self.measurements.notes,
            "seconds": self.seconds,
            "run": self.run,
            "status": self.status,
            "quick": self.quick,
            "first_seed": self.first_seed,
            "changed": self.changed,
            "predictions": self.predictions,
            "started": self.started,
            "environment": self.environment,
            "figures": list(self.figures),
            "error": self.error,
        }
        made: dict[str, Any] = plain(document)
        return made

    @classmethod
    def of(cls, document: dict[str, Any]) -> Record:
        """The record of such a document; arrays are kept beside it, not in it.

        Raises UsageError for a document that a later convlab has written, and ValueError for one
        that lacks something or has another type in its place.
        """
        version = document.get("version", 1) if isinstance(document, dict) else 1
        _check_version(version)
        document = SINCE_3 | document if version < 3 else document
        notes = list(map(_text, _entry(document, "notes", list)))
        return cls(
            experiment=_entry(document, "experiment", str),
            question=_entry(document, "question", str),
            settings=_entry(document, "settings", dict),
            status=_choice(document, "status", Status),
            quick=_entry(document, "quick", bool),
            measurements=Measurements(_rows(_entry(document, "rows", list)), notes=notes),
            verdicts=tuple(map(_verdict, _entry(document, "verdicts", list))),
            seconds=_number(_entry(document, "seconds")),
            started=_entry(document, "started", str),
            environment=_entry(document, "environment", dict),
            figures=tuple(map(_text, _entry(document, "figures", list))),
            error=_entry(document, "error", str),
            run=None if _entry(document, "run") is None else _entry(document, "run", str),
            answer=_entry(document, "answer", str),
            trained=tuple(map(_training, _entry(document, "trained", list))),
            first_seed=int(_number(_entry(document, "first_seed"))),
            changed=_entry(document, "changed", dict),
            predictions=_entry(document, "predictions", str),
        )


def _check_version(version: Any) -> None:
    if type(version) is not int or not 1 <= version <= VERSION:
        raise UsageError(
            f"the record has the form {version}, and this convlab reads the forms 1 to {VERSION}: "
            "use the convlab that wrote it"
        )


def _row(row: Row) -> dict[str, Any]:
    quantities = {name: _quantity(sample) for name, sample in row.quantities.items()}
    factors = {name: _factor(value) for name, value in row.factors.items()}
    return {"table": row.table, "factors": factors, "quantities": quantities}


def _factor(value: Any) -> Any:
    try:
        return plain(value)
    except RecursionError:  # it contains itself
        return as_text(value)


def _quantity(sample: Sample) -> dict[str, Any]:
    low, high = sample.interval
    return {
        "values": sample.values,
        "center": sample.center,
        "low": low,
        "high": high,
        "exact": sample.exact,
        "statistic": sample.statistic,
        "varies": sample.varies,
        "overlap": sample.overlap,
    }


def _trained(each: Trained) -> dict[str, Any]:
    losses = {name: _quantity(getattr(each, name)) for name in ("first_loss", "last_loss")}
    return {f.name: getattr(each, f.name) for f in fields(Trained)} | losses


def _training(document: Any) -> Trained:
    whole = {name: _entry(document, name, int) for name in ("parameters", "seeds", "steps")}
    counted = _entry(document, "multiply_adds")
    return Trained(
        name=_entry(document, "name", str),
        multiply_adds=None if counted is None else int(_number(counted)),
        first_loss=_sample(_entry(document, "first_loss", dict)),
        last_loss=_sample(_entry(document, "last_loss", dict)),
        diverged=_entry(document, "diverged", int),
        seconds=_number(_entry(document, "seconds")),
        trial=_entry(document, "trial", bool),
        **whole,
    )


def _rows(documents: list[Any]) -> list[Row]:
    return [
        Row(
            _entry(row, "table", str),
            _entry(row, "factors", dict),
            {name: _sample(each) for name, each in _entry(row, "quantities", dict).items()},
        )
        for row in documents
    ]


def _sample(document: Any) -> Sample:
    values = tuple(map(_number, _entry(document, "values", list)))
    varies, overlap = document.get("varies", ""), _number(document.get("overlap", 0.0))
    if varies not in get_args(Varies):
        raise ValueError(f"nothing that varies is called {brief(varies)}")
    return Sample(values, _statistic(document), varies, overlap)


def _statistic(document: Any) -> Any:
    written = _entry(document, "statistic", str)
    statistic = RENAMED_STATISTICS.get(written, written)
    if statistic not in get_args(Statistic):
        raise ValueError(f"no statistic is called {brief(statistic)}")
    return statistic


def _verdict(document: Any) -> Verdict:
    values: dict[str, Any] = {"outcome": _choice(document, "outcome", Outcome)}
    unsure = _entry(document, "expected") is None
    values["expected"] = None if unsure else _choice(document, "expected", Outcome)
    for f in fields(Verdict):
        if f.name not in values and (f.default is MISSING or f.name in document):
            values[f.name] = _field(document, f.name, type(f.default))
    return Verdict(**values)


def _field(document: Any, name: str, kind: type) -> Any:
    """A field of a verdict, by the type of its default; one without a default is a text."""
    if kind is float:
        return _number(_entry(document, name))
    return _entry(document, name, bool if kind is bool else str)


def _entry(document: Any, key: str, kind: type | None = None) -> Any:
    """What stands under the key of an object, if it is of that kind."""
    if not isinstance(document, dict):
        raise ValueError(f"`{key}` should stand in an object, not in {brief(document)}")
    if key not in document:
        raise ValueError(f"it lacks `{key}`")
    if kind and not isinstance(document[key], kind):
        raise ValueError(f"`{key}` should be {KINDS[kind]}, not {brief(document[key])}")
    return document[key]


def _choice(document: Any, key: str, choices: type[Choice]) -> Choice:
    if (value := _entry(document, key, str)) not in list(choices):
        raise ValueError(f"`{key}` should be one of {', '.join(choices)}, not {brief(value)}")
    return choices(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{brief(value)} is no text")
    return value


def _number(value: Any) -> float:
    """A number of the document; what is not finite stands there as a text."""
    if isinstance(value, int | float) or value in _NO_NUMBER.values():
        return float(value)
    raise ValueError(f"{brief(value)} is no number")


def as_json(document: Any, *, ascii_only: bool = False) -> str:
    """The document as text, in which nothing acts on a terminal and every letter can be written.

    Unseen characters, and with `ascii_only` all beyond ASCII, are written as JSON's escapes.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    return _SPECIAL.sub(lambda found: _escaped(found[0], ascii_only), text)


def _escaped(character: str, ascii_only: bool) -> str:
    seen = character.isprintable() and not ascii_only
    return character if seen else json.dumps(character)[1:-1]


def plain(value: Any) -> Any:
    """The value with only JSON's types in it."""
    if isinstance(value, dict):
        return {as_text(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, int) and value.bit_length() > LONGEST:
        return as_text(value)
    if isinstance(value, bool | int | None):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else _NO_NUMBER[repr(float(value))]
    if hasattr(value, "tolist"):  # a number or an array of numpy or torch
        return plain(value.tolist())
    return as_text(value)


_NO_NUMBER = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
_SPECIAL = re.compile(r"[^\x20-\x7e\n]")
