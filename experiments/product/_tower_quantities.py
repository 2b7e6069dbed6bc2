"""The gains and the quantities of `towers`, by which its claims name what was measured."""

from __future__ import annotations

from math import e

from convlab.measure import Measurements, Quantity, Sample, at, exactly

EDGE = 1 / e  # of the gain g, beyond which x → exp(g x) overflows
GAINS = (0.37, 0.38, 0.40, 0.45, 0.50, 0.70, 1.0)  # beyond it
SETTLING, SWINGING = (-2.5, -1.0, 0.1, 0.30, 0.36), (-3.0, -5.0)
WIDE = (0.20, 0.30, 0.45, 2 / 3)  # gains of wide layers; the last is torch's, of 1 / 3n
DEPTH = 8  # blocks of the random and of the deep stacks

FLOAT32, FLOAT64, LAW = "float32 overflows (blocks)", "float64 overflows (blocks)", "law (blocks)"
THRESHOLD, DISTANCE, SWING = "threshold (1/e)", "distance from -W(-g)/g (share)", "last change"
SURVIVED, OVERFLOWED = "stacks that are finite still (share)", "stacks that overflow (share)"
DIVERGED, ERROR = "diverged (share)", "error (share)"
HALVING, DEEP = "8 numbers, halved by each block", "2 numbers, deep"


def stacks(arm: str, blocks: int = DEPTH) -> Quantity:
    """How many random stacks of 16 channels overflow within so many blocks."""
    return at(OVERFLOWED, arm=arm, width=16, blocks=blocks)


def _less(name: str, other: str, measurements: Measurements) -> list[float]:
    """One count of blocks less another, for each gain."""
    pairs = ([measurements.get(each, gain=g).center for each in (name, other)] for g in GAINS)
    return [one - two for one, two in pairs]


def _from_law(measurements: Measurements) -> Sample:
    return exactly(max(map(abs, _less(FLOAT32, LAW, measurements))))


def _most_more(measurements: Measurements) -> Sample:
    return exactly(max(_less(FLOAT64, FLOAT32, measurements)))


def _fewest_more(measurements: Measurements) -> Sample:
    return exactly(min(_less(FLOAT64, FLOAT32, measurements)))


def _from_w(measurements: Measurements) -> Sample:
    return exactly(max(measurements.get(DISTANCE, gain=gain).center for gain in SETTLING))


DISTANCE_FROM_LAW = Quantity("farthest from the law", _from_law, "blocks")
DISTANCE_FROM_W = Quantity("farthest from -W(-g)/g", _from_w, "share")
MOST_MORE = Quantity("most blocks more in float64", _most_more, "blocks")
FEWEST_MORE = Quantity("fewest blocks more in float64", _fewest_more, "blocks")
