"""The networks that look for a signal, by name, and how many examples an accuracy takes."""

from collections.abc import Mapping, Sequence
from math import exp, log

from convlab.measure import Sample

SHARED, LOCAL, DENSE = "shared", "one per patch", "dense"
ARMS = (SHARED, LOCAL, DENSE)
NEEDED, HALF, FIXED = "examples needed", "examples needed in half the steps", "fixed patch"
ACCURACY, DRAWN, KNOWN = "accuracy (%)", "accuracy on drawn labels (%)", "signal known (%)"
WEIGHTS, FROM_FEW = "first weights", "accuracy from few examples (%)"
PATCHES, SIZE = (8, 16, 32, 64), 8  # numbers of patches that are tried, and the numbers in one
SIZES, MIDDLE, MANY, MOST = (4, 16), 16, 32, 64  # other sizes, tried with `MIDDLE` patches
BY_PATCHES = [{"patches": k, "size": SIZE} for k in PATCHES]
BY_SIZE = [{"patches": MIDDLE, "size": d} for d in sorted((SIZE, *SIZES))]
TRIED = BY_PATCHES + [row for row in BY_SIZE if row not in BY_PATCHES]


def examples_needed(accuracies: Mapping[int, Sample], target: float) -> Sample:
    """By seed, how many examples it takes to be right as often as the target says (%).

    It lies between two tried numbers, on a straight line of accuracy by log n. Where even the
    most do not suffice, it counts as twice as many; where the fewest suffice, as these.
    """
    counts = list(accuracies)
    by_seed = zip(*(each.values for each in accuracies.values()), strict=True)
    values = tuple(_needed(counts, reached, target) for reached in by_seed)
    return Sample(values, "median", "weights and data")


def _needed(counts: Sequence[int], reached: Sequence[float], target: float) -> float:
    enough = next((i for i, each in enumerate(reached) if each >= target), None)
    if enough is None:
        return 2.0 * counts[-1]
    if enough == 0:
        return counts[0]
    (low, high), (below, above) = (each[enough - 1 : enough + 1] for each in (counts, reached))
    share = (target - below) / (above - below)
    return exp(log(low) + share * log(high / low))


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """That of the straight line by least squares through log y over log x."""
    across, up = [log(each) for each in x], [log(each) for each in y]
    middle = sum(across) / len(across)
    steps = [each - middle for each in across]
    return sum(s * u for s, u in zip(steps, up, strict=True)) / sum(s * s for s in steps)
