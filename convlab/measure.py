"""What an experiment hands back: numbers with one value per seed, and claims about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf, isnan
from statistics import fmean, median
from typing import Any, Literal

from numpy.typing import NDArray

from . import intervals

Statistic = Literal["exact", "median", "mean", "rate"]


class Outcome(StrEnum):
    HOLDS = "holds"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    INVALID = "invalid"


@dataclass(frozen=True)
class Sample:
    """One value per seed, or a single exact one: a parameter count has no seed."""

    values: tuple[float, ...]
    statistic: Statistic = "median"

    @property
    def exact(self) -> bool:
        return self.statistic == "exact"

    @property
    def center(self) -> float:
        """The value, the median, the mean or the rate of those seeds that did not diverge."""
        finite = [value for value in self.values if not isnan(value)]
        if not finite:
            return float("nan")
        return median(finite) if self.statistic in ("exact", "median") else fmean(finite)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval; the whole line where there are too few seeds to bound anything."""
        if self.exact:
            return self.values[0], self.values[0]
        if len(self.values) < intervals.FEWEST_SEEDS:
            return -inf, inf
        return intervals.INTERVALS[self.statistic](self.values)

    @property
    def diverged(self) -> int:
        """How many seeds have no number."""
        return sum(map(isnan, self.values))

    def __str__(self) -> str:
        if self.diverged == len(self.values):
            return "undefined"
        low, high = self.interval
        if self.exact:
            return number(self.center)
        spread = f" [{_rounded(low)}, {_rounded(high)}]"
        if low == -high == -inf:  # nothing is bounded: the count says why
            spread = f" ({len(self.values)} seeds)"
        lost = f", none for {self.diverged} of {len(self.values)}" if self.diverged else ""
        return f"{_rounded(self.center)}{spread}{lost}"


def exactly(value: float) -> Sample:
    """A quantity without spread: it is counted or computed, not drawn."""
    return Sample((float(value),), "exact")


def number(value: float) -> str:
    """The value for a reader: whole numbers with thousands separated, others to four digits."""
    whole = abs(value) < 2**53 and value == int(value)
    return f"{int(value):,}" if whole else f"{value:.4g}"


def _rounded(value: float) -> str:
    """A value that was drawn, not counted: no more than four digits mean anything."""
    return number(value) if abs(value) < 10_000 else f"{value:.4g}"


@dataclass(frozen=True)
class Region:
    """The numbers from `low` to `high`, both included, that a claim predicts."""

    low: float = -inf
    high: float = inf

    def judge(self, sample: Sample) -> Outcome:
        """Holds when the interval lies inside, is refuted when it lies wholly outside."""
        least, most = sample.interval
        if isnan(least) or isnan(most):
            return Outcome.UNDECIDED
        if self.low <= least and most <= self.high:
            return Outcome.HOLDS
        return Outcome.REFUTED if most < self.low or self.high < least else Outcome.UNDECIDED

    def __str__(self) -> str:
        if self.low == self.high:
            return f"exactly {number(self.low)}"
        if self.low == -inf:
            return f"at most {number(self.high)}"
        if self.high == inf:
            return f"at least {number(self.low)}"
        return f"{number(self.low)} to {number(self.high)}"


@dataclass(frozen=True)
class Equivalence:
    """The mean lies within `margin` of `target`: "no difference", which must be shown."""

    target: float
    margin: float

    def judge(self, sample: Sample) -> Outcome:
        """Holds by two one-sided tests, is refuted when the interval lies wholly outside."""
        few = len(sample.values) < intervals.FEWEST_SEEDS and not sample.exact
        if not few and intervals.equivalent(sample.values, self.target, self.margin):
            return Outcome.HOLDS
        region = Region(self.target - self.margin, self.target + self.margin)
        return Outcome.REFUTED if region.judge(sample) is Outcome.REFUTED else Outcome.UNDECIDED

    def __str__(self) -> str:
        return f"{number(self.target)} ± {number(self.margin)}"


Prediction = Region | Equivalence


def between(low: float, high: float) -> Region:
    return Region(low, high)


def below(bound: float) -> Region:
    return Region(high=bound)


def above(bound: float) -> Region:
    return Region(low=bound)


def equal(value: float) -> Region:
    return Region(value, value)


def within(margin: float, of: float) -> Equivalence:
    return Equivalence(of, margin)


Quantity = Callable[["Measurements"], Sample]


@dataclass(frozen=True)
class Control:
    """What must come out as predicted for a claim to be worth judging at all."""

    sentence: str
    of: Quantity
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
    of: Quantity
    predicted: Prediction
    expected: Outcome = Outcome.HOLDS
    controls: tuple[Control, ...] = ()

    def check(self, measurements: Measurements) -> Verdict:
        """The verdict by the measurements alone: a stored run can be judged again."""
        sample = self.of(measurements)
        outcome, reason = self.predicted.judge(sample), ""
        for control in self.controls:
            seen = control.of(measurements)
            held = control.predicted.judge(seen)
            if held is not Outcome.HOLDS:
                outcome = Outcome.INVALID if held is Outcome.REFUTED else Outcome.UNDECIDED
                reason = f"; control: {control.sentence}: {seen}, not {control.predicted}"
        return Verdict(
            id=self.id,
            source=self.source,
            sentence=self.sentence,
            outcome=outcome,
            expected=self.expected,
            predicted=str(self.predicted),
            measured=f"{sample}{reason}",
        )


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

    @property
    def evidence(self) -> str:
        return f"{self.measured}; predicted {self.predicted}"


@dataclass(frozen=True)
class Row:
    """Factors (what was varied) and quantities (what was seen) in the table of that title."""

    table: str
    factors: dict[str, Any]
    quantities: dict[str, Sample]


class NotMeasured(LookupError):
    """No row has the quantity and the factors that were asked for."""


@dataclass
class Measurements:
    """Tidy rows in titled tables, the arrays behind the figures, and notes for the reader.

    A quantity's name says its unit and convention: `weights (bytes)`.
    """

    rows: list[Row] = field(default_factory=list)
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(
        self, table: str, factors: Mapping[str, Any], quantities: Mapping[str, Sample]
    ) -> None:
        self.rows.append(Row(table, dict(factors), dict(quantities)))

    def get(self, quantity: str, **factors: Any) -> Sample:
        """The one sample of that name whose row has these factors.

        Raises NotMeasured where no row has them, and LookupError where several do.
        """
        matches = [
            row.quantities[quantity]
            for row in self.rows
            if quantity in row.quantities and factors.items() <= row.factors.items()
        ]
        if not matches:
            raise NotMeasured(f"no row has {quantity!r} with {factors}")
        if len(matches) > 1:
            raise LookupError(f"{len(matches)} rows have {quantity!r} with {factors}, not one")
        return matches[0]
