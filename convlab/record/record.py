"""A finished run as plain data, and as the JSON document that `--json` prints."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from ..foreign import as_text
from ..measure import Measurements, Outcome, Row, Sample, Verdict
from . import reading
from .parts import Status, Trained
from .reading import VERSION
from .text import plain

if TYPE_CHECKING:
    import pandas  # a user may have it; nothing here needs it


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
        return cls(**reading.fields_of(document))


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
