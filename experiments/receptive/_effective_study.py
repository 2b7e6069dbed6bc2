"""What is measured of effective receptive fields: how wide they are, and how that grows."""

from collections.abc import Sequence
from statistics import fmean

import numpy as np
from torch import Tensor

from convlab.measure import Measurements, Sample, exactly
from convlab.probes.receptive import deviation, side

from ._effective_names import DEVIATION, EQUAL, OVER_LAW, SHARE, SLOPE, field, law

SLOPES = "How the deviation grows with the layers"


def add(
    measurements: Measurements,
    factors: dict[str, str],
    fields: Sequence[Sequence[Tensor]],
    depths: Sequence[int],
) -> None:
    deviations = [[fmean(deviation(each)) for each in of_seed] for of_seed in fields]
    for column, n in enumerate(depths):
        pixels = [of_seed[column] for of_seed in deviations]
        shares = [100 * (side(of_seed[column]) / field(n)) ** 2 for of_seed in fields]
        found = {DEVIATION: pixels, OVER_LAW: [each / law(n) for each in pixels], SHARE: shares}
        samples = {name: _sample(factors["arm"], values) for name, values in found.items()}
        measurements.add("What a unit effectively sees", {**factors, "layers": n}, samples)
    slopes = [slope_of(depths, of_seed) for of_seed in deviations]
    measurements.add(SLOPES, factors, {SLOPE: _sample(factors["arm"], slopes)})


def _sample(arm: str, values: Sequence[float]) -> Sample:
    """Equal weights are not drawn: their value is exact."""
    values = tuple(values)
    return exactly(*values) if arm == EQUAL else Sample(values, "mean", "weights and data")


def slope_of(depths: Sequence[int], sizes: Sequence[float]) -> float:
    """Of the straight line through the logarithms of the sizes over those of the layers."""
    return float(np.polyfit(np.log(depths), np.log(sizes), 1)[0])
