"""Claims of the ledger, the controls that make them worth judging, and their verdicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from reprlib import repr as brief
from typing import Any

from ..errors import did_you_mean
from ..numbers import number
from .deciding import seeds_to_decide, told
from .intervals import FEWEST_SEEDS
from .measurements import Measurements, NoSuchName, NotMeasured
from .prediction import Outcome, Prediction
from .quantity import Measured, Quantity
from .sample import Sample
from .spread import spread
from .verdict import ACROSS, Verdict

Predicted = Prediction | Callable[[Any], Prediction]  # a function of the settings


@dataclass(frozen=True)
class Control:
    """What must come out as predicted for a claim to be worth judging at all."""

    sentence: str
    of: Measured
    predicted: Predicted

    def __post_init__(self) -> None:
        _check_judged(f"control {self.sentence!r}", self.of, self.predicted)

    @property
    def counts_everywhere(self) -> bool:
        """Whether what must come out is a function of the settings."""
        return not isinstance(self.predicted, Prediction)


Failed = tuple[Control, Outcome, str]


@dataclass(frozen=True)
class Claim:
    """A sentence of the ledger, the quantity that decides it and where that must lie.

    `expected` is the verdict that we predict: a literal claim that is wrong is expected to be
    refuted, and its repaired twin to hold; with None, either is as expected. A prediction counts
    for the settings that it was made for, and for all if it is `general` or a function of them.
    It is not `blind` where a trial had shown what would come out, and an `identity` is true by
    construction. Where a run contradicts a prediction that was made before it, the prediction
    stays, and `surprise` says what came instead, and why. Raises TypeError or ValueError for what
    could not be judged, so that it is told before a run.
    """

    id: str
    source: str
    sentence: str
    of: Measured
    predicted: Predicted
    expected: Outcome | None = Outcome.HOLDS
    controls: tuple[Control, ...] = ()
    general: bool = False
    blind: bool = True
    identity: bool = False
    surprise: str = ""

    def __post_init__(self) -> None:
        _check_judged(f"claim {self.id}", self.of, self.predicted)
        for name in ("id", "source", "sentence"):  # a record keeps them as text
            self._set(name, str(getattr(self, name)))
        if not (self.id.strip() and self.sentence.strip()):
            raise ValueError(f"claim {self.id!r}: it should have an id and a sentence")
        if self.expected is not None:
            if self.expected not in list(Outcome):
                close = did_you_mean(str(self.expected), list(Outcome))
                raise ValueError(f"claim {self.id}: no outcome is called {self.expected!r}{close}")
            self._set("expected", Outcome(self.expected))  # "refuted" as well
        controls = (self.controls,) if isinstance(self.controls, Control) else self.controls
        self._set("controls", tuple(controls))
        for control in self.controls:
            if not isinstance(control, Control):
                message = "its controls should be such as Control(sentence=…, of=…, predicted=…)"
                raise TypeError(f"claim {self.id}: {message}, not {brief(control)}")

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)  # of an object that is frozen

    @property
    def counts_everywhere(self) -> bool:
        """Whether the prediction was made for all settings."""
        return self.general or not isinstance(self.predicted, Prediction)

    def region(self, settings: Any = None) -> Prediction:
        """What is predicted under these settings."""
        return region(f"claim {self.id}", self.predicted, settings)

    def check(
        self,
        measurements: Measurements,
        settings: Any = None,
        *,
        quick: bool = False,
        other_settings: str = "",
    ) -> Verdict:
        """The verdict by the measurements alone: a stored run can be judged again.

        `settings` are those of the run, for regions that depend on them. A `quick` run decides
        what is exact and counts everywhere; `other_settings` says how the settings differ from
        those that the prediction was made for. A control, too, is made for settings: one that
        fails in a quick run or under others, and is no function of them, leaves the claim open.
        """
        sample, predicted = self._seen(self.of, measurements), self.region(settings)
        failed = self._failed(measurements, settings)
        outcome, why = _judged(predicted, sample, failed)
        here = not failed or any(control.counts_everywhere for control, _, _ in failed)
        counts = self.counts_everywhere and here
        elsewhere = "" if counts else other_settings
        if elsewhere:
            outcome, why = Outcome.UNDECIDED, f"predicted for other settings: {elsewhere}"
        elif quick and not (sample.exact and counts):
            outcome, why = Outcome.UNDECIDED, "a quick run"
        named = self.of if isinstance(self.of, Quantity) else Quantity("", self.of)
        low, high = predicted.interval(sample)
        return Verdict(
            id=self.id,
            source=self.source,
            sentence=self.sentence,
            outcome=outcome,
            expected=self.expected,
            predicted=str(predicted),
            measured=_shown(sample, predicted),
            over=spread([sample], predicted.confidence),
            quantity=named.name,
            unit=named.unit,
            why=why,
            center=sample.center,
            low=low,
            high=high,
            predicted_low=predicted.low,
            predicted_high=predicted.high,
            other_settings=elsewhere,
            general=self.counts_everywhere,
            blind=self.blind,
            identity=self.identity,
            surprise=self.surprise,
        )

    def _failed(self, measurements: Measurements, settings: Any) -> list[Failed]:
        """The controls that do not hold, what came out of each, and what that says."""
        failed = list[Failed]()
        for control in self.controls:
            seen = self._seen(control.of, measurements)
            wanted = region(f"claim {self.id}", control.predicted, settings)
            if (held := wanted.judge(seen)) is not Outcome.HOLDS:
                told = f"control: {control.sentence}: {_shown(seen, wanted)}, not {wanted}"
                failed.append((control, held, _needs(seen) or told))  # few seeds refute none
        return failed

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


def region(whose: str, predicted: Predicted, settings: Any) -> Prediction:
    """What is predicted under these settings; TypeError where a function gives no region."""
    if isinstance(predicted, Prediction):
        return predicted
    given = predicted(settings)
    if not isinstance(given, Prediction):
        raise TypeError(
            f"{whose}: its function of the settings should give a region such as above(NUMBER), "
            f"not {brief(given)}"
        )
    return given


def _judged(predicted: Prediction, sample: Sample, failed: list[Failed]) -> tuple[Outcome, str]:
    """The outcome, invalid where any control is refuted, and why it is no decision."""
    outcome = predicted.judge(sample)
    if failed:
        refuted = any(held is Outcome.REFUTED for _, held, _ in failed)
        reasons = "; ".join(dict.fromkeys(said for _, _, said in failed))
        return Outcome.INVALID if refuted else Outcome.UNDECIDED, reasons
    return outcome, _why_undecided(sample, predicted) if outcome is Outcome.UNDECIDED else ""


def _shown(sample: Sample, predicted: Prediction) -> str:
    """The value and the interval that decides; in full where it would read as the bound it misses.

    So 1.00001 is not told as 1 where exactly 1 was predicted.
    """
    text = sample.text(predicted.interval(sample))
    alike = text in (number(predicted.low), number(predicted.high))
    missed = sample.exact and alike and predicted.judge(sample) is not Outcome.HOLDS
    return repr(sample.center) if missed else text


def _why_undecided(sample: Sample, predicted: Prediction) -> str:
    if needs := _needs(sample):
        return needs
    if sample.diverged:
        return f"no number for {sample.diverged} of {len(sample.values)}"
    return f"{ACROSS}; {told(seeds_to_decide(sample, predicted))}"


def _needs(sample: Sample) -> str:
    """How many seeds would bound it; nothing where there are as many."""
    if sample.exact or len(sample.values) >= FEWEST_SEEDS:
        return ""
    return f"needs {FEWEST_SEEDS} {'repeats' if sample.varies == 'repeats' else 'seeds'}"


def _check_judged(whose: str, of: object, predicted: object) -> None:
    if not callable(of):
        message = "its quantity should be one such as at(NAME, …)"
        raise TypeError(f"{whose}: {message}, not {brief(of)}")
    if not (isinstance(predicted, Prediction) or callable(predicted)):
        message = "what is predicted should be a region such as above(NUMBER)"
        raise TypeError(f"{whose}: {message}, not {brief(predicted)}")
