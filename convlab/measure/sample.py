"""One quantity as it was measured: a value per seed and the interval that they allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from math import fsum, inf, isnan, nan
from reprlib import repr as brief
from statistics import fmean, median_high, median_low
from typing import Any, Literal, get_args

from ..errors import did_you_mean
from . import intervals

Statistic = Literal["exact", "median", "mean", "proportion"]
Varies = Literal["", "weights", "data", "weights and data", "repeats"]


@dataclass(frozen=True)
class Sample:
    """One value per seed, or a single exact one: a parameter count has no seed.

    The values may be any numbers in the order of the seeds (a tensor, an array of numpy, …) and
    are kept as floats. Raises TypeError or ValueError for what is no such values.
    """

    values: tuple[float, ...]
    statistic: Statistic = "median"
    varies: Varies = ""  # what differs between the values; repeats are those of a timing
    overlap: float = 0.0  # test examples per training example, of splits that overlap

    def __post_init__(self) -> None:
        if self.statistic not in get_args(Statistic):
            close = did_you_mean(str(self.statistic), get_args(Statistic))
            raise ValueError(f"no statistic is called {self.statistic!r}{close}")
        object.__setattr__(self, "values", _floats(self.values))  # of an object that is frozen
        if not self.values:
            raise ValueError("a Sample needs the value of one seed at least")
        if self.exact and len(self.values) > 1:
            raise ValueError(f"an exact Sample has one value, not {len(self.values)}")

    @property
    def exact(self) -> bool:
        return self.statistic == "exact"

    @property
    def center(self) -> float:
        """The value, median, mean or proportion of those seeds that did not diverge."""
        finite = [value for value in self.values if not isnan(value)]
        if not finite:
            return float("nan")
        return _median(finite) if self.statistic in ("exact", "median") else _mean(finite)

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
        return " ".join(filter(None, self.texts()))

    def texts(self, digits: int = 4) -> tuple[str, str]:
        """The center, and the interval or why there is none, with so many digits of a bound."""
        if self.exact:
            return number(self.center), ""
        if self.diverged == len(self.values):
            return "undefined", ""
        low, high = self.interval
        spread = f"[{_round(low, digits)}, {_round(high, digits)}]"
        if low == -high == -inf:  # nothing is bounded: the count says why
            spread = f"({len(self.values)} seeds)"
        lost = f", none for {self.diverged} of {len(self.values)}" if self.diverged else ""
        return _round(self.center, 4), spread + lost


def _floats(values: Any) -> tuple[float, ...]:
    if not isinstance(values, Iterable) or isinstance(values, str | bytes | Mapping | Set):
        raise TypeError(
            f"a Sample takes one value per seed, in their order, not {brief(values)}; "
            "a single number that is not drawn is exactly(NUMBER)"
        )
    if getattr(values, "ndim", 1) != 1:
        raise TypeError(f"a Sample takes one value per seed, not an array {tuple(values.shape)}")  # type: ignore[attr-defined]
    return tuple(map(_float, values))


def _float(value: Any) -> float:
    """The number as a float, whoever counts with it: Python, numpy, torch, decimal, fractions."""
    try:
        if isinstance(value, str | bytes):
            raise TypeError
        return float(value.item() if hasattr(value, "item") else value)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise TypeError(f"a value of a Sample should be a number, not {brief(value)}") from error


def _median(values: list[float]) -> float:
    low, high = median_low(values), median_high(values)
    middle = (low + high) / 2
    return middle if abs(middle) < inf else low / 2 + high / 2  # the sum of the two overflows


def _mean(values: list[float]) -> float:
    try:
        return fmean(values)
    except OverflowError:  # their sum is no number of 64 bits, but their mean is
        return fsum(value / len(values) for value in values)
    except ValueError:  # infinities of either sign
        return nan


def exactly(value: float) -> Sample:
    """A quantity without spread: it is counted or computed, not drawn."""
    return Sample((value,), "exact")


def number(value: float) -> str:
    """The value for a reader: whole numbers with thousands separated, others to four digits."""
    whole = abs(value) < 2**53 and value == int(value)
    return f"{int(value):,}" if whole else f"{value:.4g}"


def _round(value: float, digits: int) -> str:
    """A value that was drawn, not counted: no more than four digits mean anything."""
    if 1000 <= abs(value) < 100_000:
        return f"{value:,.0f}"
    whole = abs(value) < 1000 and value == int(value)
    return number(value) if whole else f"{value:.{digits}g}"
