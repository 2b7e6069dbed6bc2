"""The quantities that claims are made of, as functions of the measurements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

from .measurements import Measurements
from .sample import Sample, exactly

Quantity = Callable[[Measurements], Sample]


def at(quantity: str, /, **factors: object) -> Quantity:
    """The quantity in the row with these factors."""
    return lambda measurements: measurements.get(quantity, **factors)


def over(one: Quantity, *others: Quantity) -> Quantity:
    """One quantity over the product of others, seed by seed."""

    def ratio(measurements: Measurements) -> Sample:
        measured = one(measurements)
        seeds = zip(
            measured.values, *(other(measurements).values for other in others), strict=True
        )
        return Sample(tuple(value / prod(rest) for value, *rest in seeds), measured.statistic)

    return ratio


def most(quantity: str, factor: str, names: Sequence[str]) -> Quantity:
    """The largest in size among the rows of these names."""

    def largest(measurements: Measurements) -> Sample:
        rows = (measurements.get(quantity, **{factor: name}) for name in names)
        return exactly(max(abs(row.center) for row in rows))

    return largest
