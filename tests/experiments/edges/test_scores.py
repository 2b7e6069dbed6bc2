"""Tests of the experiment scores: outputs, calibration and ranks by other means, and verdicts."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
import torch
from scipy.stats import norm
from sklearn.metrics import roc_auc_score
from torch import Generator

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample
from experiments.edges import _calibration as calibration

scores = lab.load(catalogue.experiments()["scores"])


def seeded(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def test_the_output_is_the_sum_of_products_with_the_kernel() -> None:
    x = calibration.places_in_noise(6, seeded()).x
    kernel = np.zeros((7, 7))
    kernel[:, 2:5] = 0.5, 1, 0.5  # two pixels wide, around the middle column
    kernel -= kernel.mean()
    kernel /= np.sqrt((kernel**2).sum())
    expected = [(each[0].numpy() * kernel).sum() for each in x]
    assert calibration.outputs(x).tolist() == pytest.approx(expected, abs=1e-5)


def test_pairs_are_ranked_as_theory_and_scikit_learn_say() -> None:
    """An output has a standard deviation of 1, and a stroke of contrast c adds c sqrt(6.5)."""
    data = calibration.places_in_noise(4000, seeded())
    found = calibration.outputs(data.x)
    right = calibration.pairs_right(found, data.y)
    assert right == pytest.approx(roc_auc_score(data.y.numpy(), found.numpy()))
    contrasts = np.linspace(*calibration.CONTRAST, 100)
    assert right == pytest.approx(norm.cdf(contrasts * sqrt(6.5 / 2)).mean(), abs=0.02)


def test_probabilities_are_calibrated_if_the_outcomes_are_drawn_by_them() -> None:
    told = torch.rand(50_000, generator=seeded())
    y = (torch.rand(50_000, generator=seeded(1)) < told).long()
    assert calibration.calibration_error(told, y) < 0.01
    assert calibration.calibration_error(told**2, y) == pytest.approx(1 / 6, abs=0.01)
    torch.testing.assert_close(
        calibration.curve(told, y).float(), torch.arange(0.05, 1, 0.1), atol=0.02, rtol=0
    )


def test_the_calibration_error_is_that_of_a_loop() -> None:
    told, y = torch.tensor([0.05, 0.02, 0.55, 0.58, 1.0]), torch.tensor([0, 1, 1, 0, 1])
    expected = (abs(0.07 - 1) + abs(1.13 - 1) + 0) / 5
    assert calibration.calibration_error(told, y) == pytest.approx(expected)


def test_the_fitted_link_is_the_one_that_drew_the_labels() -> None:
    found = torch.randn(20_000, generator=seeded(), dtype=torch.float64)
    y = (torch.rand(20_000, generator=seeded(1)) < torch.sigmoid(2 * found - 1)).long()
    assert calibration.link(found, y) == pytest.approx((2, -1), abs=0.1)


def test_the_claim_counts_the_nearest_reading_and_sees_one_that_is_a_probability() -> None:
    (claim,) = (claim for claim in scores.CLAIMS if claim.id == "C106")
    for nearest, outcome in ((0.14, Outcome.REFUTED), (0.01, Outcome.HOLDS)):
        measurements = Measurements()
        errors = {scores.SCALED: 0.3, scores.CUT: nearest, scores.LOGISTIC: 0.2, scores.FITTED: 0}
        for arm, center in errors.items():
            sample = Sample(tuple(center + each / 1000 for each in range(6)), "mean", "data")
            row = {"arm": arm, "brightness": scores.ONCE}
            measurements.add("", row, {scores.ERROR: sample})
        assert claim.check(measurements, scores.Config()).outcome is outcome
