"""The data of `hadamard` by name, and what its claims compare. No torch."""

from __future__ import annotations

from math import nan

from convlab.measure import Measurements, Quantity, Sample, at, exactly

SUCCESS = 2e-4  # at most: 1 - (1 - 1e-4)², the rule of Mistry et al. for a product
SCENE, FIELDS = "scene", "random fields"
T0, T1, T2 = "T0 the scene", "T1 other places", "T2 other values"
T3, T4 = "T3 random fields, 1 to 2", "T4 random fields, 2 to 6"
T5 = "T5 random fields, a < 0"
ERROR, LEAST_ERROR = "error (share)", "least error (share)"


def proportion_of_successes(measurements: Measurements) -> Sample:
    """How many networks between log and exp multiply values up to three times those they saw."""
    errors = measurements.get(ERROR, arm="log-exp", trained=FIELDS, tested=T4)
    successes = tuple(float(value <= SUCCESS) for value in errors.values)
    return Sample(successes, "proportion", errors.varies)


def least_error_of_negatives(measurements: Measurements) -> Sample:
    """The least error of any network with an exp behind it where a is negative."""
    errors = measurements.get(ERROR, arm="exp 3x3", trained=SCENE, tested=T5)
    return exactly(nan if errors.diverged else min(errors.values))


PLAIN = at(ERROR, arm="plain", trained=SCENE, tested=T0)
EXP = at(ERROR, arm="exp 3x3", trained=SCENE, tested=T0)
FLOOR = at(LEAST_ERROR, tested=T0)
SUCCESSES = Quantity("proportion of seeds that multiply 2 to 6", proportion_of_successes)
OF_NEGATIVES = Quantity("least error where a < 0", least_error_of_negatives, "share")
