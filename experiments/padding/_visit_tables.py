"""What is measured of reads, of weights, of paths and of means, by padding and place."""

from __future__ import annotations

import torch
from torch import Tensor

from convlab.measure import Measurements, exactly

from ._visit_quantities import (
    CORNER,
    DEPTHS,
    INTERIOR,
    LEAST,
    MEAN_OF_ONES,
    MOST,
    OF_INTERIOR,
    PADDED,
    PADDINGS,
    PATHS_LEFT,
    READ,
    SAME,
)
from ._visits import contributions, means, paths, places, shares


def add_visits(into: Measurements, side: int) -> None:
    """How many outputs read each place; all of them are kept for the figure."""
    for name, padding in PADDINGS.items():
        visits = contributions(torch.ones(3, 3).double(), padding, side)
        for place, count in places(visits).items():
            factors = {"padding": name, "place": place}
            into.add("How often a 3 x 3 kernel reads a pixel", factors, {READ: exactly(count)})
        into.arrays[name] = visits.numpy()


def add_weights(into: Measurements, kernels: Tensor, side: int) -> None:
    """With what weight outputs read each place: the least and the most over all kernels."""
    for padding, by_place in shares(kernels, side).items():
        for place, (to_without, to_interior) in by_place.items():
            into.add(
                "Sum of the absolute weights by which outputs read a pixel",
                {"padding": padding, "place": place},
                {LEAST: exactly(float(to_without.min())), MOST: exactly(float(to_interior.max()))},
            )


def add_paths(into: Measurements, side: int) -> None:
    """How many paths lead from the corner to outputs, beside those from the interior."""
    for depth in DEPTHS:
        found = places(paths(depth, PADDINGS[SAME], side))
        quantities = {
            OF_INTERIOR: exactly(found[CORNER] / found[INTERIOR]),
            PATHS_LEFT: exactly(found[INTERIOR] / 9**depth),
        }
        into.add("Paths from a pixel to all outputs, size kept", {"layers": depth}, quantities)


def add_means(into: Measurements, side: int) -> None:
    """What a mean makes of an image of ones, by what is padded with."""
    title = "A mean of 3 x 3 pixels over an image of ones, size kept"
    for mode, values in means(side).items():
        for place, value in values.items():
            into.add(title, {PADDED: mode, "place": place}, {MEAN_OF_ONES: exactly(value)})
