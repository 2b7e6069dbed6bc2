"""What the claims of `signal` are about: the examples needed, their ratios and their slopes."""

from __future__ import annotations

from convlab.measure import Measurements, Quantity, Sample, at, over

from ._signal_settings import (
    BY_PATCHES,
    BY_SIZE,
    DENSE,
    DRAWN,
    FIXED,
    FROM_FEW,
    HALF,
    KNOWN,
    MANY,
    MIDDLE,
    NEEDED,
    SIZE,
    TRIED,
    slope,
)

ROWS = {"patches": BY_PATCHES, "size": BY_SIZE}


def needed(arm: str, number: int) -> Quantity:
    return at(NEEDED, arm=arm, patches=number, size=SIZE)


def fixed(arm: str, number: int) -> Quantity:
    """What an arm needs where the signal is always in the first patch of so many."""
    return at(NEEDED, where=FIXED, arm=arm, patches=number)


def from_few(arm: str) -> Quantity:
    """How often an arm is right there from few examples."""
    return at(FROM_FEW, where=FIXED, arm=arm, patches=MIDDLE)


def half_over_all_steps(arm: str) -> Quantity:
    """What an arm needs if it takes half the steps, over what it needs otherwise."""
    return over(at(HALF, arm=arm), needed(arm, MANY))


def drawn(arm: str) -> Quantity:
    return at(DRAWN, arm=arm)


def known(number: int) -> Quantity:
    return at(KNOWN, patches=number, size=SIZE)


def least_ratio(one: str, other: str, fewest: int) -> Quantity:
    """What one arm needs over what the other needs, where that is least, from `fewest` patches."""

    def found(measurements: Measurements) -> Sample:
        tried = BY_PATCHES if DENSE in (one, other) else TRIED
        rows = [row for row in tried if row["patches"] >= fewest]
        each = (over(*(at(NEEDED, arm=arm, **row) for arm in (one, other))) for row in rows)
        return min((ratio(measurements) for ratio in each), key=lambda ratio: ratio.center)

    return Quantity(f"least of {one} / {other}, from {fewest} patches on", found)


def slope_of(arm: str, by: str) -> Quantity:
    """Of each seed, that of log examples over log patches or log size, by least squares."""

    def found(measurements: Measurements) -> Sample:
        samples = [measurements.get(NEEDED, arm=arm, **row) for row in ROWS[by]]
        by_seed = zip(*(sample.values for sample in samples), strict=True)
        x = [row[by] for row in ROWS[by]]
        return Sample(tuple(slope(x, y) for y in by_seed), "mean", samples[0].varies)

    return Quantity(f"slope by {by}, {arm}", found)


def slope_of_bound(by: str) -> float:
    """That of k (k + d), over the same numbers."""
    bound = [row["patches"] * (row["patches"] + row["size"]) for row in ROWS[by]]
    return slope([row[by] for row in ROWS[by]], bound)
