"""Tests of experiments/pooling/sharpness: measures of sharpness, laws of noise, and what fails."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm
from torch import Generator

from convlab import lab
from convlab.data import PHOTOGRAPHS
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample, exactly

sharpness = lab.load(catalogue.experiments()["sharpness"])
package = sharpness.__name__.rpartition(".")[0]
_noise_laws, _pooled, _sharpness = (
    import_module(f"{package}.{name}") for name in ("_noise_laws", "_pooled", "_sharpness")
)


@pytest.mark.parametrize("k", [2, 3, 4])
def test_the_moments_of_the_maximum_are_those_of_the_integral(k: int) -> None:
    n = k * k

    def density(x: float) -> float:
        return float(n * norm.pdf(x) * norm.cdf(x) ** (n - 1))

    mean = quad(lambda x: x * density(x), -9, 9)[0]
    variance = quad(lambda x: (x - mean) ** 2 * density(x), -9, 9)[0]
    assert _noise_laws.moments(_pooled.MAX, k) == pytest.approx((mean, variance), abs=1e-8)
    fourth = quad(lambda x: (x - mean) ** 4 * density(x), -9, 9)[0]
    assert fourth / variance**2 < _noise_laws.KURTOSIS


def test_the_published_constants_are_met() -> None:
    law = _noise_laws.moments
    assert law(_pooled.MAX, 2) == pytest.approx((1.0294, 0.4917), abs=5e-5)
    assert law(_pooled.MAX, 3) == pytest.approx((1.4850, 0.3574), abs=5e-5)
    assert law(_pooled.AVERAGE, 2) == (0.0, 0.25)
    assert law(_sharpness.SUBSAMPLED, 2) == (0.0, 1.0)


def test_every_kth_pixel_is_the_first_of_each_window() -> None:
    image = torch.arange(35.0).view(1, 5, 7)
    assert _sharpness.reduced(image, _sharpness.SUBSAMPLED, 2).tolist() == [
        [[0, 2, 4], [14, 16, 18]]
    ]
    assert _sharpness.reduced(image, _pooled.MAX, 2).tolist() == [[[8, 10, 12], [22, 24, 26]]]


@given(st.integers(0, 2**32), st.integers(2, 7), st.integers(2, 7))
def test_gradient_energy_is_the_mean_square_of_neighbours(
    seed: int, rows: int, columns: int
) -> None:
    map_ = torch.randn(rows, columns, dtype=torch.float64, generator=Generator().manual_seed(seed))
    values = map_.tolist()
    along = [(r[j + 1] - r[j]) ** 2 for r in values for j in range(columns - 1)]
    across = [
        (values[i + 1][j] - values[i][j]) ** 2 for i in range(rows - 1) for j in range(columns)
    ]
    expected = (np.mean(along) + np.mean(across)) / 2
    assert _sharpness.gradient_energy(map_[None]) == pytest.approx(float(expected))


def test_high_frequencies_are_those_of_a_fast_wave_and_not_of_a_slow_one() -> None:
    place = torch.arange(64, dtype=torch.float64)
    for cycles, share in ((0.4, 1.0), (0.1, 0.0)):
        wave = torch.sin(2 * torch.pi * cycles * place).expand(1, 64, 64)
        assert _sharpness.high_energy(wave) == pytest.approx(share / 2, abs=0.02)
        across = wave.transpose(1, 2)
        assert _sharpness.high_energy(across) == pytest.approx(share / 2, abs=0.02)


def test_the_energies_of_white_noise_are_shares_of_its_variance() -> None:
    """Its gradient energy is twice the variance; a quarter of the plane is below half Nyquist."""
    noise = _sharpness.white_noise(400, Generator().manual_seed(0))
    assert _sharpness.variance(noise) == pytest.approx(1, abs=0.02)
    assert _sharpness.gradient_energy(noise) == pytest.approx(2, abs=0.03)
    assert _sharpness.high_energy(noise) == pytest.approx(0.75, abs=0.02)


def test_averaging_is_a_box_blur_of_which_every_kth_pixel_is_kept() -> None:
    image = _sharpness.white_noise(12, Generator().manual_seed(1))
    for k in (2, 3):
        blurred = _sharpness.pooled(image, _pooled.AVERAGE, k, stride=1)
        kept = blurred[..., ::k, ::k]
        assert torch.allclose(_sharpness.reduced(image, _pooled.AVERAGE, k), kept)


def test_windows_of_one_value_are_so_for_every_width() -> None:
    image = _sharpness.known_images()[_sharpness.UNIFORM]
    for k in _pooled.WIDTHS:
        arms = [_sharpness.reduced(image, arm, k) for arm in _sharpness.ARMS]
        assert torch.equal(arms[0], arms[2])
        assert torch.allclose(arms[1], arms[2], rtol=1e-15)


def test_loops_find_a_window_that_is_pooled_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def count() -> int:
        made = Generator().manual_seed(0)
        return int(_sharpness.wrong_windows(_pooled.MAX, _pooled.MAX, 8, made))

    assert count() == 0
    pooled = _sharpness.pooled
    monkeypatch.setattr(_sharpness, "pooled", lambda *a, **k: pooled(*a, **k) + 1)
    assert count() == 16 + 4 + 4


def measured(sharper: float, noise: float, uniform: float = 1.0) -> Measurements:
    """Max-pooled photographs `sharper` times, and the noise off its law by that share."""
    found = Measurements()
    images = (*PHOTOGRAPHS, _pooled.FEATURES, _sharpness.UNIFORM)
    for image in images:
        for arm in _sharpness.ARMS:
            for k in _pooled.WIDTHS:
                ratio = uniform if image == _sharpness.UNIFORM else sharper
                value = ratio if arm == _pooled.MAX else 1.0
                energies = dict.fromkeys(_sharpness.MEASURES, exactly(value))
                found.add("maps", {"image": image, "arm": arm, "k": k}, energies)
    for arm in _sharpness.ARMS:
        for k in _pooled.WIDTHS:
            law = _noise_laws.moments(arm, k)[1]
            seen = Sample((law * (1 + noise),) * 6, "mean", "data")
            quantities = {sharpness.VARIANCE: seen, "variance by law": exactly(law)}
            found.add("noise", {"image": _pooled.NOISE, "arm": arm, "k": k}, quantities)
    return found


@pytest.mark.parametrize(
    "name, right, wrong",
    [
        ("C120", (1.5, 0), (0.9, 0)),
        ("C120s", (1.5, 0), (0.9, 0)),
        ("C120t", (1.5, 0), (0.9, 0)),
        ("C120o1", (0.9, 0), (1.5, 0)),
        ("C120r", (1.5, 0), (1.5, 0.2)),
    ],
)
def test_a_claim_tells_right_from_wrong(
    name: str, right: tuple[float, float], wrong: tuple[float, float]
) -> None:
    claim = next(each for each in sharpness.CLAIMS if each.id == name)
    config = sharpness.Config()
    assert claim.check(measured(*right), config).outcome is Outcome.HOLDS
    assert claim.check(measured(*wrong), config).outcome is Outcome.REFUTED
    if name != "C120r":
        assert claim.check(measured(*right, uniform=2.0), config).outcome is Outcome.INVALID


def test_only_the_maximum_loses_a_dark_line() -> None:
    left = _sharpness.contrast_left
    assert left(_pooled.MAX, 3, 0.0, 1.0) == 0 and left(_pooled.MAX, 3, 1.0, 0.0) == 1
    for line, ground in ((0.0, 1.0), (1.0, 0.0)):
        assert left(_pooled.AVERAGE, 3, line, ground) == pytest.approx(1 / 3)
