"""Quantities by name: what a network costs, and what claims are made of. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING

from ..measure import Measurements, Quantity, Sample, exactly

if TYPE_CHECKING:
    from .cost import Cost

PARAMETERS, NOMINAL, EFFECTIVE = "parameters", "multiply-adds", "of real pixels"
WEIGHTS, KEPT, APART = "weights (bytes)", "kept (bytes)", "torch - formula"


def costs(spent: Cost) -> dict[str, Sample]:
    return {
        PARAMETERS: exactly(spent.parameters),
        NOMINAL: exactly(spent.multiply_adds),
        EFFECTIVE: exactly(spent.effective_multiply_adds),
        WEIGHTS: exactly(spent.weight_bytes),
        KEPT: exactly(spent.saved_bytes),
    }


def tabulate(
    measurements: Measurements,
    factor: str,
    rows: Mapping[str, Mapping[str, Sample]],
    tables: Mapping[str, Sequence[str]],
) -> None:
    """The rows in several tables, by title, each with some of the quantities."""
    for title, quantities in tables.items():
        for name, row in rows.items():
            measurements.add(title, {factor: name}, {each: row[each] for each in quantities})


def at(quantity: str, **factors: str) -> Quantity:
    """The quantity in the row with these factors."""
    return lambda m: m.get(quantity, **factors)


def most(quantity: str, factor: str, names: Sequence[str]) -> Quantity:
    """The largest in size among the rows of these names."""

    def largest(m: Measurements) -> Sample:
        return exactly(max(abs(m.get(quantity, **{factor: name}).center) for name in names))

    return largest


def over(one: Quantity, *others: Quantity) -> Quantity:
    """One quantity over the product of others, seed by seed."""

    def ratio(m: Measurements) -> Sample:
        measured = one(m)
        seeds = zip(measured.values, *(other(m).values for other in others), strict=True)
        return Sample(tuple(value / prod(rest) for value, *rest in seeds), measured.statistic)

    return ratio
