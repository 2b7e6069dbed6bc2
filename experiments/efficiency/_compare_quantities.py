"""What the claims of `compare` compare: accuracies and their differences. No torch."""

from __future__ import annotations

from convlab.measure import Measurements, Quantity, Sample, at, paired

from ._settings import ACCURACY, HALF, OTHER_WRITERS, SHUFFLED, TEST_ACCURACY


def errors(measurements: Measurements) -> Sample:
    """The errors of the mlp over those of guessing."""
    guessing = 100 - measurements.get(ACCURACY, arm="guessing").center
    mlp = measurements.get(TEST_ACCURACY, equal="parameters", arm="mlp")
    return Sample(
        tuple((100 - value) / guessing for value in mlp.values), "mean", mlp.varies, mlp.overlap
    )


CNN, MLP = (
    Quantity(f"test accuracy, {arm}", at(TEST_ACCURACY, equal="parameters", arm=arm), "%")
    for arm in ("cnn", "mlp")
)
CNN_SHUFFLED, MLP_SHUFFLED = (at(ACCURACY, tried=SHUFFLED, arm=arm) for arm in ("cnn", "mlp"))
LEAD = paired(CNN, MLP)
LEAD_ON_OTHER_WRITERS, LEAD_IN_HALF_THE_STEPS = (
    paired(at(ACCURACY, tried=tried, arm="cnn"), at(ACCURACY, tried=tried, arm="mlp"))
    for tried in (OTHER_WRITERS, HALF)
)
ERRORS = Quantity("errors, mlp / guessing", errors)
