"""Quantities by name: what a network costs, and tables of them. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..measure import Measurements, Sample, exactly

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
