"""The quantities that the claims on sharpness are made of, and their names; no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import product
from typing import Protocol

from convlab.data import PHOTOGRAPHS
from convlab.measure import Measurements, Quantity, Region, Sample, at, between, exactly, over

from ._noise_laws import standard_error
from ._pooled import AVERAGE, FEATURES, MAX, NOISE, WIDTHS

SUBSAMPLED, UNIFORM = "every k-th pixel", "windows of one value"
ARMS = (MAX, AVERAGE, SUBSAMPLED)
VARIANCE, GRADIENT, HIGH = "variance", "gradient energy", "variance at high frequencies"
MEAN, LAW_MEAN, LAW_VARIANCE = "mean of noise", "mean by law", "variance by law"
WRONG, BY_LOOPS = "wrong values", "nested loops say"
SHOWN = 3  # pixels, the windows of the figure


class Drawn(Protocol):
    """Settings that say how much noise is drawn."""

    @property
    def side(self) -> int: ...

    @property
    def seeds(self) -> int: ...


def of_photographs(what: str, other: str, extreme: Callable[[Iterable[float]], float]) -> Quantity:
    """Of max-pooled photographs over those of the other arm: least or greatest of all widths."""

    def found(measurements: Measurements) -> Sample:
        ratios = (
            measurements.get(what, image=name, arm=MAX, k=k).center
            / measurements.get(what, image=name, arm=other, k=k).center
            for name, k in product(PHOTOGRAPHS, WIDTHS)
        )
        return exactly(extreme(ratios))

    return Quantity(f"{extreme.__name__} over photographs and k of {what}, max / {other}", found)


def error_of_law(measurements: Measurements) -> Sample:
    """The variance of pooled noise over its law, less 1, where the mean is farthest."""
    errors = []
    for arm, k in product((MAX, AVERAGE), WIDTHS):
        seen = measurements.get(VARIANCE, image=NOISE, arm=arm, k=k)
        law = measurements.get(LAW_VARIANCE, arm=arm, k=k).center
        errors.append(replace(seen, values=tuple(each / law - 1 for each in seen.values)))
    return max(errors, key=lambda error: abs(error.center))


def wrong_values(measurements: Measurements) -> Sample:
    each = (measurements.get(WRONG, arm=arm, **{BY_LOOPS: arm}) for arm in (MAX, AVERAGE))
    return exactly(sum(sample.center for sample in each))


def near_law(config: Drawn) -> Region:
    """Within five standard errors of 0: half of them are the interval's, the rest is chance."""
    margin = 5 * standard_error(config.side, config.seeds, max(WIDTHS))
    return between(-margin, margin)


def on_maps(what: str, k: int, other: str = AVERAGE) -> Quantity:
    """Of max-pooled feature maps over those of the other arm."""
    return over(at(what, image=FEATURES, arm=MAX, k=k), at(what, image=FEATURES, arm=other, k=k))
