"""One quantity as it was measured: a value per seed and the interval that they allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from math import fsum, inf, isnan, nan
from reprlib import repr as brief
from statistics import fmean, median_high, median_low
from typing import Any, Literal, get_args

from ..errors import did_you_mean
from ..numbers import number, with_bounds
from . import intervals

Statistic = Literal["exact", "median", "mean", "proportion", "difference"]
Varies = Literal["", "weights", "data", "weights and data", "repeats"]
Interval = tuple[float, float]
KNOWN = {"statistic": get_args(Statistic), "varies": get_args(Varies)}
NAMES = {"statistic": "statistic", "varies": "source of variation"}
POSSIBLE = {"proportion": {0.0, 1.0}, "difference": {-1.0, 0.0, 1.0}}  # values, beside NaN


@dataclass(frozen=True)
class Sample:
    """One value per seed, or a single exact one: a parameter count has no seed.

    The values may be any numbers in the order of the seeds (a tensor, an array of numpy, …) and
    are kept as floats. `varies` says what differs between them ("" where it is not known;
    "repeats" are those of a timing), and `overlap` how many test examples there are per training
    example where the seeds split the same examples: it widens the interval of a mean. Raises
    TypeError or ValueError for what is no such values.
    """

    values: tuple[float, ...]
    statistic: Statistic = "median"
    varies: Varies = ""
    overlap: float = 0.0

    def __post_init__(self) -> None:
        for name, known in KNOWN.items():
            if (word := getattr(self, name)) not in known:
                close = did_you_mean(str(word), known)
                raise ValueError(f"no {NAMES[name]} is called {word!r}{close}")
        object.__setattr__(self, "values", _floats(self.values))  # of an object that is frozen
        object.__setattr__(self, "overlap", _float(self.overlap))
        if not self.values:
            raise ValueError("a Sample needs the value of one seed at least")
        self._check_exact()
        self._check_possible()
        self._check_overlap()

    def _check_exact(self) -> None:
        if self.exact and len(self.values) > 1:
            raise ValueError(f"an exact Sample has one value, not {len(self.values)}")
        if self.exact and self.varies:
            raise ValueError(f"an exact Sample varies with nothing, not with {self.varies}")

    def _check_possible(self) -> None:
        possible = POSSIBLE.get(self.statistic)
        for value in self.values:
            if possible and value not in possible and not isnan(value):
                each = ", ".join(map(number, sorted(possible)))
                raise ValueError(
                    f"a seed of a {self.statistic} has one of the values {each}, not "
                    f"{number(value)}; of other numbers take the mean"
                )

    def _check_overlap(self) -> None:
        if not 0 <= self.overlap < inf:
            raise ValueError(f"`overlap` is a number of examples per example, not {self.overlap}")
        if self.overlap and self.statistic != "mean":
            raise ValueError(
                f"`overlap` widens the interval of a mean, and this is a {self.statistic}: "
                'write Sample(VALUES, "mean", overlap=…)'
            )

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
    def interval(self) -> Interval:
        """The 95 % interval; the whole line where there are too few seeds to bound anything."""
        return self.interval_at(intervals.CONFIDENCE)

    def interval_at(self, confidence: float) -> Interval:
        """The interval of that confidence, between 0 and 1; the center lies within it."""
        if self.exact:
            return self.values[0], self.values[0]
        if len(self.values) < intervals.FEWEST_SEEDS:
            return -inf, inf
        low, high = intervals.interval(self.statistic, self.values, confidence, self.overlap)
        return min(low, self.center), max(high, self.center)  # of numbers nearly equal

    @property
    def diverged(self) -> int:
        """How many seeds have no number."""
        return sum(map(isnan, self.values))

    def __str__(self) -> str:
        return self.text()

    def text(self, interval: Interval | None = None) -> str:
        """`texts` as one."""
        return " ".join(filter(None, self.texts(interval)))

    def texts(self, interval: Interval | None = None) -> tuple[str, str]:
        """The center, and the interval or why there is none: `("0.66", "[0.58–0.74]")`.

        Another interval than that of 95 % may be given, such as the one that decided.
        """
        if self.exact:
            return number(self.center), ""
        if self.diverged == len(self.values):
            return "undefined", ""
        low, high = self.interval if interval is None else interval
        lost = f", none for {self.diverged} of {len(self.values)}" if self.diverged else ""
        if low == -high == -inf:  # nothing is bounded: the count says why
            return number(self.center), f"({self.count}){lost}"
        center, bounds = with_bounds(self.center, low, high)
        return center, bounds + lost

    @property
    def count(self) -> str:
        """How many values there are, and of what: `6 seeds`, `1 repeat`."""
        unit = "repeat" if self.varies == "repeats" else "seed"
        return f"{len(self.values)} {unit}{'s' * (len(self.values) != 1)}"


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
