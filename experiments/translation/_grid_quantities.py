"""What `downsampling` measures of a cell of the grid, and of several together. No torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product

from convlab.measure import Measurements, Quantity, Sample, at, exactly

from ._grid import CIRCULAR, HALVINGS, MEAN, POOLED, Cell

GREATEST, LEAST, MEANS = "greatest, all shifts", "least, between", "mean, between"
STEPS, SAME = "greatest, multiples of 4", "same class (%)"


def of_cells(
    choose: Callable[[Iterable[float]], float], quantity: str, cells: Iterable[Cell], named: str
) -> Quantity:
    """The greatest or the least of what is exact of these cells."""

    def choice(measurements: Measurements) -> Sample:
        found = (
            measurements.get(quantity, padding=padding, halving=halving, head=head).center
            for padding, halving, head in cells
        )
        return exactly(choose(found))

    return Quantity(f"{quantity}: {named}", choice)


def cells(
    paddings: Sequence[str] = (CIRCULAR,),
    halvings: Sequence[str] = HALVINGS,
    heads: Sequence[str] = POOLED,
) -> list[Cell]:
    return list(product(paddings, halvings, heads))


def mean_change(halving: str) -> Quantity:
    return at(MEANS, padding=CIRCULAR, halving=halving, head=MEAN)
