"""What the claims of `shift` need beside a measured number. No torch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from convlab.measure import Measurements, Quantity, Region, Sample, equal, exactly

from ._shift_names import CIRCULAR, POOLING, STRIDE, RandomNetworks


def halved(quantity: str, choose: Callable[[float, float], float]) -> Quantity:
    """Of the two circular networks that halve twice, the chosen value."""

    def choice(measurements: Measurements) -> Sample:
        get = partial(measurements.get, quantity, padding=CIRCULAR)
        return exactly(choose(get(arm=STRIDE).center, get(arm=POOLING).center))

    return Quantity(f"{quantity}, circular, halved twice", choice)


def reach(config: RandomNetworks) -> Region:
    """Half a kernel per layer, as long as the borders at both ends do not meet.

    The shift is by half the image, and so no output is deeper than a quarter.
    """
    return equal(min(config.depth * (config.kernel // 2), config.side // 4))
