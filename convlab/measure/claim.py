"""Claims of the ledger, the controls that make them worth judging, and their verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from reprlib import repr as brief

from ..errors import did_you_mean
from .measurements import Measurements, NoSuchName, NotMeasured
from .prediction import Outcome, Prediction
from .quantity import Measured, Quantity
from .sample import Sample


@dataclass(frozen=True)
class Control:
    """What must come out as predicted for a claim to be worth judging at all."""

    sentence: str
    of: Measured
    predicted: Prediction

    def __post_init__(self) -> None:
        _check_judged(f"control {self.sentence!r}", self.of, self.predicted)


@dataclass(frozen=True)
class Claim:
    """A sentence of the ledger, the quantity that decides it and where that must lie.

    `expected` is the verdict that we predict: a literal claim that is wrong is expected to be
    refuted, and its repaired twin to hold. Raises TypeError or ValueError for what could not be
    judged, so that it is told before a run.
    """

    id: str
    source: str
    sentence: str
    of: Measured
    predicted: Prediction
    expected: Outcome = Outcome.HOLDS
    controls: tuple[Control, ...] = ()

    def __post_init__(self) -> None:
        _check_judged(f"claim {self.id}", self.of, self.predicted)
        for name in ("id", "source", "sentence"):  # a record keeps them as text
            self._set(name, str(getattr(self, name)))
        if self.expected not in list(Outcome):
            close = did_you_mean(str(self.expected), list(Outcome))
            raise ValueError(f"claim {self.id}: no outcome is called {self.expected!r}{close}")
        self._set("expected", Outcome(self.expected))  # "refuted" as well
        controls = (self.controls,) if isinstance(self.controls, Control) else self.controls
        self._set("controls", tuple(controls))

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)  # of an object that is frozen

    def check(self, measurements: Measurements) -> Verdict:
        """The verdict by the measurements alone: a stored run can be judged again."""
        sample = self._seen(self.of, measurements)
        outcome, reason = self.predicted.judge(sample), ""
        for control in self.controls:
            seen = self._seen(control.of, measurements)
            held = control.predicted.judge(seen)
            if held is not Outcome.HOLDS:
                outcome = Outcome.INVALID if held is Outcome.REFUTED else Outcome.UNDECIDED
                reason = f"; control: {control.sentence}: {seen}, not {control.predicted}"
        named = self.of if isinstance(self.of, Quantity) else Quantity("", self.of)
        return Verdict(
            id=self.id,
            source=self.source,
            sentence=self.sentence,
            outcome=outcome,
            expected=self.expected,
            predicted=str(self.predicted),
            measured=f"{sample}{reason}",
            quantity=named.name,
            unit=named.unit,
        )

    def _seen(self, of: Measured, measurements: Measurements) -> Sample:
        try:
            sample = of(measurements)
        except NoSuchName as error:
            raise NoSuchName(f"claim {self.id}: {error}") from error
        except NotMeasured:
            raise
        except Exception as error:
            error.add_note(f"claim {self.id} cannot be judged")
            raise
        if not isinstance(sample, Sample):
            raise TypeError(
                f"claim {self.id}: its quantity should be a Sample, not {brief(sample)}; "
                "write exactly(NUMBER) for a single number"
            )
        return sample


def _check_judged(whose: str, of: object, predicted: object) -> None:
    if not callable(of):
        message = "its quantity should be one such as at(NAME, …)"
        raise TypeError(f"{whose}: {message}, not {brief(of)}")
    if not isinstance(predicted, Prediction):
        message = "what is predicted should be a region such as above(NUMBER)"
        raise TypeError(f"{whose}: {message}, not {brief(predicted)}")


@dataclass(frozen=True)
class Verdict:
    """The outcome of a claim, and the numbers that decided it."""

    id: str
    source: str
    sentence: str
    outcome: Outcome
    expected: Outcome
    predicted: str
    measured: str
    quantity: str = ""  # what was measured, if the claim names it
    unit: str = ""

    @property
    def evidence(self) -> str:
        return f"{self.measured}; predicted {self.predicted}"
