"""How many seeds of `units` solve the task, beside the published shares, and the names of both."""

from __future__ import annotations

from math import sqrt

from convlab.measure import Measurements, Quantity, Sample, at, exactly

SOLVED, WHEN = "solved (share)", "first solved (step)"
LENIENT = "solved, weights to 1e-4 (share)"  # of Mistry et al., 2022
LOW, HIGH = "low end (points)", "high end (points)"
HERE, BY_HAND, PUBLISHED = "here", "weights by hand", "Madsen and Johansen 2020, table 1"
PUBLISHED_STEPS, PUBLISHED_SEEDS = 200_000, 100
SHARES = {"NAC-mul": 0.13, "NALU": 0.26, "NMU": 0.94}  # of their seeds
STEPS = {"NAC-mul": 5.5e4, "NALU": 7.0e4, "NMU": 1.4e4}  # median of those that solve it
AS_LONG, SHORTER = "200,000 steps or more", "fewer steps"


def solved(unit: str, of: str = HERE) -> Quantity:
    return at(SOLVED, **{"unit": unit, "from": of})


def newcombe(first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float]:
    """Newcombe's 95 % interval of a difference of shares, each given as (successes, count)."""
    (p, p_low, p_high), (q, q_low, q_high) = (_wilson(*each) for each in (first, second))
    low = p - q - sqrt((p - p_low) ** 2 + (q_high - q) ** 2)
    return low, p - q + sqrt((p_high - p) ** 2 + (q - q_low) ** 2)


def _wilson(successes: int, count: int) -> tuple[float, float, float]:
    from scipy.stats import binomtest  # slow to load, and no claim needs it to be shown

    found = binomtest(successes, count).proportion_ci(method="wilson")
    return successes / count, float(found.low), float(found.high)


def add_published(measurements: Measurements, title: str) -> None:
    """The published rows, in the table of ours."""
    for unit, share in SHARES.items():
        factors = {"unit": unit, "from": PUBLISHED, "steps": PUBLISHED_STEPS}
        quantities = {SOLVED: exactly(share), WHEN: exactly(STEPS[unit])}
        measurements.add(title, factors, quantities)


def add_differences(measurements: Measurements, steps: int) -> None:
    """Ours less theirs, by Newcombe's interval: only after as many steps are they to be alike."""
    for unit, share in SHARES.items():
        ours = solved(unit)(measurements).values
        theirs = round(share * PUBLISHED_SEEDS), PUBLISHED_SEEDS
        low, high = newcombe((int(sum(ours)), len(ours)), theirs)
        factors = {"unit": unit, "after": AS_LONG if steps >= PUBLISHED_STEPS else SHORTER}
        quantities = {LOW: exactly(100 * low), HIGH: exactly(100 * high)}
        title = "Shares here less those published: Newcombe's interval of 95 %"
        measurements.add(title, factors, quantities)


def _ends(measurements: Measurements) -> list[tuple[float, float]]:
    """Of the interval of each unit, if it was trained as long as the published ones."""
    names = [{"unit": unit, "after": AS_LONG} for unit in SHARES]
    samples = [[measurements.get(end, **each) for end in (LOW, HIGH)] for each in names]
    return [(low.center, high.center) for low, high in samples]


def _farthest(measurements: Measurements) -> Sample:
    return exactly(max(max(abs(low), abs(high)) for low, high in _ends(measurements)))


def _outside(measurements: Measurements) -> Sample:
    return exactly(max(max(low, -high, 0.0) for low, high in _ends(measurements)))


FARTHEST = Quantity("farthest end of the three intervals from 0", _farthest, "points")
OUTSIDE = Quantity("farthest that an interval misses 0", _outside, "points")
