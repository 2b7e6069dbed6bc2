"""What is measured of directions and of learned kernels, and how far off a law it is. No torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import pi, radians

from convlab.measure import Measurements, Sample, exactly

ANGLES = range(0, 91, 15)  # degrees
PERIOD = 10 * pi  # of the wave in pixels; no whole number, so that no column repeats another
STRONGEST = "strongest |edge|"
RAMP, WAVE, OTHER_WAVE = "left-right, ramp", "left-right, wave", "up-down, wave"

NOISE, HALF, CONSTANT = "white noise", "white noise, half the steps", "constant"
FROM_KERNEL, CHANGE = "distance from [-1, 1]", "change of right - left"


def by_angle(measurements: Measurements, arm: str) -> list[float]:
    """The strongest edges of an arm at the angles, in their order."""
    return [measurements.get(STRONGEST, degrees=angle, arm=arm).center for angle in ANGLES]


def largest_distance(
    measurements: Measurements, arm: str, law: Callable[[float], float]
) -> Sample:
    """The largest distance, over the angles, of an arm's strongest edge from the law's."""
    pairs = zip(by_angle(measurements, arm), map(radians, ANGLES), strict=True)
    return exactly(max(abs(strongest - law(angle)) for strongest, angle in pairs))


def weight_sum(measurements: Measurements) -> Sample:
    """Left + right of every kernel that was learned from constant images."""
    left, right = (measurements.get(f"{side} weight", arm=CONSTANT) for side in ("left", "right"))
    return replace(left, values=tuple(map(sum, zip(left.values, right.values, strict=True))))
