"""Digits in the lower half of a canvas to learn from, and others lifted into the upper half."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Generator, Tensor

from .dataset import Dataset
from .glyphs import digits_on_canvas, shifted

DIGIT = 8  # pixels along a side
SIDE = 2 * DIGIT  # of the canvas
ROWS = SIDE - DIGIT + 1  # on which a digit can stand; on the lowest it fills the lower half
WHITE = 4.0  # digits cover little of a canvas: brighter ones train the first layer sooner


def placed(
    digits: Dataset, rows: int, placements: int, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Each digit `placements` times, on one of the lowest `rows` rows, and its class.

    (N, 1, SIDE, SIDE) and (N,), where N counts placements.
    """
    x = WHITE * digits.x.repeat(placements, 1, 1, 1)
    canvas, _ = digits_on_canvas(x, SIDE, range(ROWS - rows, ROWS), generator)
    return canvas, digits.y.repeat(placements)


def lifted(x: Tensor) -> Tensor:
    """The images half a canvas higher; what leaves at the top enters at the bottom."""
    return shifted(x, -DIGIT, 0)


def below_and_above(digits: Dataset, generators: Iterable[Generator]) -> tuple[Tensor, Tensor]:
    """The digits on the lowest row, placed anew by each of S generators, and lifted by half.

    Both are (S, N, 1, SIDE, SIDE), in float64 so that sums of `probes.equivariance.exact` weights
    are exact.
    """
    below = torch.stack([placed(digits, 1, 1, each)[0] for each in generators]).double()
    return below, lifted(below)
