"""What the claims of `pooling` speak of, and how it is called. No torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from convlab.data import PHOTOGRAPHS
from convlab.measure import Measurements, Quantity, Sample, exactly

from ._laws import law_of_noise
from ._pooled import NOISE, UNCHANGED, WIDTHS

LAW = "law of noise (share)"
OTHERWISE = "unchanged otherwise (share)"
SAME_OUTPUT, MAXIMUM = "same output (share)", "maximum"
ALONG, DIAGONAL = "along an axis", "diagonally"


def error_of_law(measurements: Measurements) -> Sample:
    """The share less (k - 1) / (k + 1), at the width where the mean of the seeds is farthest."""
    by_width = {k: measurements.get(UNCHANGED, image=NOISE, k=k) for k in WIDTHS}
    errors = (
        Sample(tuple(each - law_of_noise(k) for each in share.values), "mean", share.varies)
        for k, share in by_width.items()
    )
    return max(errors, key=lambda error: abs(error.center))


def of_photographs(k: int, extreme: Callable[[Iterable[float]], float]) -> Quantity:
    """The least or the greatest share of the photographs, of windows of that width."""

    def found(measurements: Measurements) -> Sample:
        of_each = (measurements.get(UNCHANGED, image=name, k=k).center for name in PHOTOGRAPHS)
        return exactly(extreme(of_each))

    return Quantity(f"{extreme.__name__} of the photographs, {k} x {k}", found, "share")


def distance_of_bright_pixel(measurements: Measurements) -> Sample:
    """The greatest distance from (k - 1) / k among the widths."""
    by_width = {k: measurements.get(SAME_OUTPUT, arm=ALONG, k=k).center for k in WIDTHS}
    return exactly(max(abs(by_width[k] - (k - 1) / k) for k in WIDTHS))


FROM_LAW = Quantity("share less (k - 1) / (k + 1), where farthest", error_of_law, "share")
OF_BRIGHT_PIXEL = Quantity("largest distance from (k - 1) / k", distance_of_bright_pixel, "share")
