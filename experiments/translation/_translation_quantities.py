"""The arms of `translation`, and what is measured of them. No torch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from convlab.measure import Measurements, Quantity, Sample, at, exactly

POOLED, ZEROS = "circular, maximum", "zero-padded, maximum"
FLAT, ALL_ROWS = "circular, flattened", "flattened, all rows"
HALF = "flattened, all rows, half the steps"
CHANGED, MOVED = "another class (%)", "change of probability (points)"
APART = "greatest difference of logits"
ERROR = "relative error"
FIRST, SECOND, DENSE, SOFTMAX = "convolution 1", "convolution 2", "fully connected", "softmax"
HALVES = "below", "above"  # of the canvas


def over_seeds(choose: Callable[[tuple[float, ...]], float], quantity: str, arm: str) -> Quantity:
    """The chosen value of all seeds, for what is exact of each."""

    def choice(measurements: Measurements) -> Sample:
        return exactly(float(choose(measurements.get(quantity, arm=arm).values)))

    named = at(quantity, arm=arm)
    return Quantity(named.name, choice, named.unit)


at_most, at_least = partial(over_seeds, np.max), partial(over_seeds, np.min)
