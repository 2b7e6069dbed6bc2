"""Tests of the experiment spectrum: power by numpy, known slopes, light; controls."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Generator

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample
from experiments.photographs import _photograph_names as names
from experiments.photographs import _spectra as spectra
from experiments.photographs import _spectrum_names as words
from experiments.photographs import _surrogates as surrogates

spectrum = lab.load(catalogue.experiments()["spectrum"])


@pytest.mark.parametrize("power", [-0.8, -1.2, -1.5, 0.0])
def test_a_known_slope_is_found(power: float) -> None:
    field = surrogates.power_law((256, 320), power, Generator().manual_seed(0))
    assert spectra.slope(spectra.curve(field)) == pytest.approx(power, abs=0.07)


def test_the_power_is_that_of_numpy() -> None:
    image = torch.randn(24, 30, dtype=torch.float64, generator=Generator().manual_seed(0)) + 5
    x = image.numpy() - image.numpy().mean()
    ours = spectra.power(image, window="none").numpy()
    assert ours == pytest.approx(np.abs(np.fft.fft2(x)[:, :16]) ** 2)


def test_rings_are_means_of_their_frequencies() -> None:
    shape, low, high = (32, 40), 0.1, 0.4
    power = torch.rand(32, 21, dtype=torch.float64, generator=Generator().manual_seed(0))
    where, amplitude = spectra.rings(power, shape, low, high)
    edges = np.geomspace(low, high, spectra.RINGS + 1)
    found = dict[int, list[float]]()
    for y in range(32):
        for x in range(21):
            f = np.hypot((y if y < 16 else y - 32) / 32, x / 40)
            for ring in range(spectra.RINGS):
                if edges[ring] <= f < edges[ring + 1]:
                    found.setdefault(ring, []).append(float(power[y, x]))
    expected = [np.sqrt(np.mean(found[ring])) for ring in sorted(found)]
    assert len(where) == len(expected) and amplitude == pytest.approx(expected)


def test_the_curvature_is_the_change_of_slope() -> None:
    x = np.linspace(-3, -1, 20)
    assert spectra.curvature((np.exp(x), np.exp(0.5 * x**2))) == pytest.approx(2)
    assert spectra.curvature((np.exp(x), np.exp(-x))) == pytest.approx(0, abs=1e-9)


def test_light_is_that_of_srgb() -> None:
    stored = torch.tensor([0.0, 0.04, 0.5, 1.0], dtype=torch.float64)
    expected = [0, 0.04 / 12.92, 0.21404, 1]
    assert spectra.linear_light(stored).tolist() == pytest.approx(expected, abs=1e-5)


def test_tiles_cover_the_image() -> None:
    image = torch.zeros(64, 64, dtype=torch.float64)
    image[16:32, 48:] = torch.randn(16, 16, dtype=torch.float64)
    inside = spectra.power_of_tiles(image).sum((1, 2)) > 0
    assert inside.nonzero().flatten().tolist() == [7]


def test_a_control_sees_a_fit_that_is_wrong() -> None:
    measurements, low = Measurements(), Sample((-1.0, -1.01) * 5, "mean", "data")
    for kind in (names.PHOTOGRAPH, words.DRAWN, names.SHUFFLED):
        measurements.add("", {names.IMAGE: kind, names.KIND: kind}, {words.SLOPE: low})
    (claim,) = (each for each in spectrum.CLAIMS if each.id == "C327o3")
    assert claim.check(measurements, spectrum.Config()).outcome is Outcome.INVALID
