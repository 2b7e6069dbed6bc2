"""Tests of experiments/arithmetic/blur: its laws against sums and drawn noise."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from convlab import lab
from convlab.lab import catalogue
from convlab.workbench import Workbench

blur = lab.load(catalogue.experiments()["blur"])
SMALL = blur.Config(seeds=8, side=64)


@pytest.mark.parametrize("arm", ["blurred", "sharpened"])
@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_the_law_is_the_sum_of_squared_weights_and_brightness_is_kept(arm: str, k: int) -> None:
    weights = blur.weights(arm, k)
    assert blur.weights_squared(arm, k) == pytest.approx((weights**2).sum())
    assert weights.sum() == pytest.approx(1)


@pytest.mark.parametrize("arm", ["blurred", "sharpened"])
def test_the_standard_error_is_that_of_many_draws(arm: str) -> None:
    noise = torch.randn(2000, 24, 24, generator=torch.Generator().manual_seed(3)).double()
    kernel = torch.from_numpy(blur.weights(arm, 3))
    maps = torch.nn.functional.conv2d(noise[:, None], kernel[None, None])
    shares = maps.square().mean((1, 2, 3)) / blur.weights_squared(arm, 3)
    assert float(shares.std()) == pytest.approx(blur.standard_error(arm, 3, 24, 1), rel=0.1)


def test_a_linear_slope_is_not_changed() -> None:
    slope = torch.arange(12.0).double().repeat(12, 1)
    for kernel in blur.kernels(3).values():
        middle = slope[1:-1, 1:-1]
        assert np.allclose(blur.correlated(slope, kernel), middle)


def test_all_comes_out_as_predicted() -> None:
    measurements = blur.measure(SMALL, Workbench(first_seed=11))
    assert {claim.check(measurements, SMALL).outcome for claim in blur.CLAIMS} == {"holds"}


def test_a_mean_that_is_not_one_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = blur.weights
    monkeypatch.setattr(blur, "weights", lambda arm, k: 1.5 * weights(arm, k))
    measurements = blur.measure(SMALL, Workbench())
    outcomes = {claim.id: claim.check(measurements, SMALL).outcome for claim in blur.CLAIMS}
    assert outcomes["C402o1"] == "refuted" and outcomes["C402o2"] != "holds"
