"""A prediction and a measurement on one line of characters: `[░░━●━░░]`, or `[..-o-..]`."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, isinf

WIDTH = 22  # characters
MARGIN = 0.15  # of what is shown, on either side of it
OPEN = 0.6  # of what is shown, beyond a bound where a region has no other


@dataclass(frozen=True)
class Signs:
    """What the parts of a strip are drawn with."""

    region: str
    interval: str
    center: str


LETTERS, ASCII = Signs("░", "━", "●"), Signs(".", "-", "o")


def strip(
    predicted: tuple[float, float],
    measured: tuple[float, float],
    center: float,
    signs: Signs = LETTERS,
) -> str:
    """The region within brackets, the interval and its center over it, on a scale of their own.

    A region without a bound runs to the end of the strip.
    """
    values = (*predicted, *measured, center)
    size = max((abs(value) for value in values if isfinite(value)), default=0) or 1.0
    first, last = _ends(*(value / size for value in values))  # of the size of 1, whatever they are

    def place(value: float) -> int:
        within = min(max(value / size, first), last)
        return round((within - first) / (last - first) * (WIDTH - 1))

    def beside(value: float) -> int:
        """Where it stands: outside of the brackets if it lies outside, by however little."""
        if value < predicted[0]:
            return min(place(value), low - 2)
        return max(place(value), high + 2) if value > predicted[1] else place(value)

    cells = [" "] * WIDTH
    low, high = map(place, predicted)
    cells[low : high + 1] = signs.region * (high + 1 - low)
    start, end = map(beside, measured)
    cells[start : end + 1] = signs.interval * (end + 1 - start)
    if predicted[0] > -inf:
        cells[low - 1] = "["
    if predicted[1] < inf:
        cells[high + 1] = "]"
    cells[beside(center)] = signs.center
    return "".join(cells)


def _ends(low: float, high: float, *measured: float) -> tuple[float, float]:
    """The ends of the scale, with space for what goes beyond."""
    finite = [value for value in (low, high, *measured) if isfinite(value)] or [0.0]
    first, last = min(finite), max(finite)
    span = (last - first) or 1.0
    below, above = (OPEN if isinf(bound) else MARGIN for bound in (low, high))
    return first - below * span, last + above * span
