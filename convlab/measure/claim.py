"""Claims of the ledger, the controls that make them worth judging, and their verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from reprlib import repr as brief

from .measurements import Measurements, NoSuchName
from .prediction import Outcome, Prediction
from .quantity import Measured, Quantity
from .sample import Sample


@dataclass(frozen=True)
class Control:
    """What must come out as predicted for a claim to be worth judging at all."""

    sentence: str
    of: Measured
    predicted: Prediction


@dataclass(frozen=True)
class Claim:
    """A sentence of the ledger, the quantity that decides it and where that must lie.

    `expected` is the verdict that we predict: a literal claim that is wrong is expected to be
    refuted, and its repaired twin to hold.
    """

    id: str
    source: str
    sentence: str
    of: Measured
    predicted: Prediction
    expected: Outcome = Outcome.HOLDS
    controls: tuple[Control, ...] = ()

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
        if not isinstance(sample, Sample):
            raise TypeError(
                f"claim {self.id}: its quantity should be a Sample, not {brief(sample)}; "
                "write exactly(NUMBER) for a single number"
            )
        return sample


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
