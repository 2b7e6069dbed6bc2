"""What a claim predicts, and how a sample decides it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import inf, isnan

from . import intervals
from .sample import Sample, number


class Outcome(StrEnum):
    HOLDS = "holds"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    INVALID = "invalid"


@dataclass(frozen=True)
class Region:
    """The numbers from `low` to `high`, both included, that a claim predicts."""

    low: float = -inf
    high: float = inf

    def interval(self, sample: Sample) -> tuple[float, float]:
        """The interval that decides."""
        return sample.interval

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

    @property
    def low(self) -> float:
        return self.target - self.margin

    @property
    def high(self) -> float:
        return self.target + self.margin

    def interval(self, sample: Sample) -> tuple[float, float]:
        """The interval that decides."""
        return sample.interval

    def judge(self, sample: Sample) -> Outcome:
        """Holds by two one-sided tests, is refuted when the interval lies wholly outside."""
        few = len(sample.values) < intervals.FEWEST_SEEDS and not sample.exact
        if not few and intervals.equivalent(sample.values, self.target, self.margin):
            return Outcome.HOLDS
        region = Region(self.low, self.high)
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
