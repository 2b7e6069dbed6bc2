"""The quantities that claims are made of: functions of the measurements, with name and unit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan, nan, prod

from .measurements import Measurements
from .sample import POSSIBLE, Sample, Statistic, Varies

Measured = Callable[[Measurements], Sample]


@dataclass(frozen=True)
class Quantity:
    """What is measured, by name, in which unit, and where the measurements have it."""

    name: str
    of: Measured
    unit: str = ""

    def __call__(self, measurements: Measurements) -> Sample:
        return self.of(measurements)

    def __str__(self) -> str:
        return f"{self.name} ({self.unit})" if self.unit else self.name


def at(quantity: str, /, **factors: object) -> Quantity:
    """The quantity in the row with these factors; its unit stands in parentheses at the end.

    >>> str(at("accuracy (%)", arm="cnn", images=400))
    'accuracy, cnn, 400 (%)'
    """
    name, unit = _parts(quantity)
    label = ", ".join([name, *map(str, factors.values())])
    return Quantity(label, lambda measurements: measurements.get(quantity, **factors), unit)


def over(one: Quantity, *others: Quantity) -> Quantity:
    """One quantity over the product of others, seed by seed."""

    def ratio(measurements: Measurements) -> Sample:
        samples = [quantity(measurements) for quantity in (one, *others)]
        values = (_quotient(value, prod(rest)) for value, *rest in _by_seed(samples))
        return _derived(values, samples)

    name = " / ".join(map(_as_factor, (one, *others)))
    return Quantity(name, ratio, _unit_of_ratio(one, others))


def paired(one: Quantity, other: Quantity) -> Quantity:
    """One quantity less another of the same unit, seed by seed; ValueError if the units differ.

    Both arms of a seed had the same data, so that what makes a seed easy or hard cancels out.
    """
    if one.unit != other.unit:
        raise ValueError(f"{one} and {other} have different units: nothing can be subtracted")

    def difference(measurements: Measurements) -> Sample:
        samples = [one(measurements), other(measurements)]
        of_shares = all(sample.statistic == "proportion" for sample in samples)
        values = (a - b for a, b in _by_seed(samples))
        return _derived(values, samples, "difference" if of_shares else None)

    return Quantity(f"{one.name} − {other.name}", difference, one.unit)


def most(quantity: str, factor: str, names: Sequence[str]) -> Quantity:
    """The largest in size among the rows of these names, seed by seed."""

    def largest(measurements: Measurements) -> Sample:
        samples = [measurements.get(quantity, **{factor: name}) for name in names]
        return _derived(map(_largest, _by_seed(samples)), samples)

    name, unit = _parts(quantity)
    return Quantity(f"largest {name} by {factor}", largest, unit)


def _as_factor(quantity: Quantity) -> str:
    """Its name, in parentheses where it is a ratio or a difference itself."""
    compound = " / " in quantity.name or " − " in quantity.name
    return f"({quantity.name})" if compound else quantity.name


def _unit_of_ratio(one: Quantity, others: Sequence[Quantity]) -> str:
    unit, units = one.unit, [other.unit for other in others if other.unit]
    if unit in units:
        units.remove(unit)  # they cancel
        unit = ""
    return " / ".join([unit or "1", *units]) if units else unit


def _parts(quantity: str) -> tuple[str, str]:
    """Name and unit of `accuracy (%)`; the unit is empty where none is given."""
    found = re.fullmatch(r"(.*\S)\s+\(([^()]+)\)", quantity)
    return (found[1], found[2]) if found else (quantity, "")


def _by_seed(samples: Sequence[Sample]) -> Iterator[tuple[float, ...]]:
    """The values of each seed; an exact one is the same for all. ValueError for other seeds."""
    seeds = max(len(sample.values) for sample in samples)
    columns = [s.values * seeds if s.exact else s.values for s in samples]
    return zip(*columns, strict=True)


def _derived(
    values: Iterable[float], samples: Sequence[Sample], statistic: Statistic | None = None
) -> Sample:
    """The Sample of what was computed from these, seed by seed."""
    return Sample(
        tuple(values),
        statistic or _statistic(samples),
        _varies(samples),
        max(sample.overlap for sample in samples),
    )


def _statistic(samples: Sequence[Sample]) -> Statistic:
    """That of the first sample which is not exact; numbers made of shares are no shares."""
    for sample in samples:
        if not sample.exact:
            return "mean" if sample.statistic in POSSIBLE else sample.statistic
    return "exact"


def _varies(samples: Sequence[Sample]) -> Varies:
    """What differs between the values of any; "" where it is not known of one."""
    each = {sample.varies for sample in samples if not sample.exact}
    if len(each) == 1:
        return each.pop()
    return "weights and data" if each and each <= {"weights", "data", "weights and data"} else ""


def _largest(values: tuple[float, ...]) -> float:
    return nan if any(map(isnan, values)) else max(map(abs, values))


def _quotient(value: float, divisor: float) -> float:
    return value / divisor if divisor else nan  # as of a seed that diverged: nothing is known
