"""What sparsity and weight sharing save, each alone and both at once. No torch."""

from __future__ import annotations

from collections.abc import Mapping

from convlab.measure import Measurements, Sample, at, exactly, over

from ._names import (
    CONVOLUTION,
    DENSE,
    EFFECTIVE,
    LOCAL,
    MULTIPLY_ADDS,
    PARAMETERS,
    SHARED,
    WEIGHTS,
)

SPARSITY, SHARING, BOTH = "sparsity", "sharing", "sparsity and sharing"
UNSHARED, FULL, NEAR = "unshared weights", "dense weights", "sparse weights"
STEPS = {
    (SPARSITY, UNSHARED): (DENSE, LOCAL),
    (SPARSITY, "shared weights"): (SHARED, CONVOLUTION),
    (SHARING, FULL): (DENSE, SHARED),
    (SHARING, NEAR): (LOCAL, CONVOLUTION),
    (BOTH, FULL): (DENSE, CONVOLUTION),
}


def savings(
    costs: Mapping[str, Mapping[str, Sample]],
) -> dict[tuple[str, str], dict[str, Sample]]:
    """Of each step, how many times fewer of what is counted the layer behind it takes."""
    counts = PARAMETERS, MULTIPLY_ADDS, EFFECTIVE
    return {
        step: {
            each: exactly(costs[before][each].center / costs[after][each].center)
            for each in counts
        }
        for step, (before, after) in STEPS.items()
    }


def least_saved(measurements: Measurements) -> Sample:
    """How many times less a convolution takes than a dense layer, of what it saves least."""
    costs = PARAMETERS, WEIGHTS, EFFECTIVE
    times = (over(at(each, arm=DENSE), at(each, arm=CONVOLUTION)) for each in costs)
    return exactly(min(each(measurements).center for each in times))
