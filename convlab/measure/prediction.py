"""What a claim predicts, and how a sample decides it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import inf, isfinite
from typing import ClassVar

from ..numbers import number
from . import intervals
from .sample import Interval, Sample


class Outcome(StrEnum):
    HOLDS = "holds"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    INVALID = "invalid"


@dataclass(frozen=True)
class Region:
    """The numbers from `low` to `high`, both included, that a claim predicts.

    Raises ValueError where there are none: every value would be outside, and refute the claim.
    """

    low: float = -inf
    high: float = inf
    confidence: ClassVar[float] = intervals.CONFIDENCE

    def __post_init__(self) -> None:
        if not (self.low <= self.high and self.low < inf and self.high > -inf):
            raise ValueError(f"no number lies from {self.low} to {self.high}")

    def interval(self, sample: Sample) -> Interval:
        """The interval that decides: that of 95 %."""
        return sample.interval_at(self.confidence)

    def judge(self, sample: Sample) -> Outcome:
        """Holds when the interval lies inside, is refuted when it lies wholly outside."""
        low, high = self.interval(sample)
        return _outcome(self.low <= low and high <= self.high, high < self.low or self.high < low)

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
    """Less than `margin` from `target`: "no difference", which must be shown.

    Raises ValueError where nothing is as near.
    """

    target: float
    margin: float
    confidence: ClassVar[float] = intervals.EQUIVALENCE

    def __post_init__(self) -> None:
        if not (isfinite(self.target) and self.margin > 0):
            raise ValueError(f"no number is less than {self.margin} from {self.target}")

    @property
    def low(self) -> float:
        return self.target - self.margin

    @property
    def high(self) -> float:
        return self.target + self.margin

    def interval(self, sample: Sample) -> Interval:
        """The interval that decides: that of 90 %, which is two one-sided tests of 5 % (TOST)."""
        return sample.interval_at(self.confidence)

    def judge(self, sample: Sample) -> Outcome:
        """Holds when the interval lies inside the margin, is refuted when wholly outside."""
        low, high = self.interval(sample)
        return _outcome(self.low < low and high < self.high, high < self.low or self.high < low)

    def __str__(self) -> str:
        return f"{number(self.target)} ± {number(self.margin)}"


def _outcome(inside: bool, outside: bool) -> Outcome:
    """Neither is true of an interval that has no number for a bound."""
    if inside:
        return Outcome.HOLDS
    return Outcome.REFUTED if outside else Outcome.UNDECIDED


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
