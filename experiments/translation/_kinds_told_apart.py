"""Which kinds of function move their maps, which leave them, and which do both. No torch."""

from __future__ import annotations

from convlab.measure import Measurements, Quantity, Sample, exactly

from ._kinds import KINDS

MOVING, STAYING = "greatest error of moving", "greatest error of staying"
EVEN, UNEVEN = "of one value everywhere", "of several values"


def combinations(measurements: Measurements) -> list[tuple[bool, bool]]:
    """Of each kind whether its maps move, and whether they stay, without error."""
    errors = [[measurements.get(each, kind=kind) for each in (MOVING, STAYING)] for kind in KINDS]
    return [(moving.center == 0, staying.center == 0) for moving, staying in errors]


def with_both(measurements: Measurements) -> Sample:
    return exactly(sum(moves and stays for moves, stays in combinations(measurements)))


def different(measurements: Measurements) -> Sample:
    return exactly(len(set(combinations(measurements))))


def uneven(measurements: Measurements) -> Sample:
    return exactly(sum(measurements.get(UNEVEN, kind=kind).center for kind in KINDS))


BOTH = Quantity("kinds of function with both", with_both)
COMBINATIONS = Quantity("combinations of moving and staying", different)
UNEVEN_WITH_BOTH = Quantity("uneven maps that do both", uneven)
