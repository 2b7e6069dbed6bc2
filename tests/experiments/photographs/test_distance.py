"""Tests of the experiment distance: shifts, blocks, partial correlations, echoes; controls."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Generator

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample
from convlab.workbench import Workbench
from experiments.photographs import _distance_names as words
from experiments.photographs import _distance_study as study
from experiments.photographs import _linear as linear
from experiments.photographs import _pairs_of_pixels as pairs
from experiments.photographs import _photograph_files as files
from experiments.photographs import _photograph_names as names
from experiments.photographs import _surrogates as surrogates

distance = lab.load(catalogue.experiments()["distance"])


def field(seed: int = 0) -> torch.Tensor:
    return surrogates.power_law((64, 96), -1, Generator().manual_seed(seed))


def test_shifted_pixels_are_those_of_loops() -> None:
    image = torch.arange(48.0, dtype=torch.float64).view(6, 8)
    values, _ = pairs.shifted(image, [(0, 0), (-1, 2), (2, 0)])
    expected = [
        [image[y, x], image[y - 1, x + 2], image[y + 2, x]] for y in range(1, 4) for x in range(6)
    ]
    assert torch.equal(values.T, torch.tensor(expected, dtype=torch.float64))


def test_a_pixel_is_counted_in_its_own_block() -> None:
    image = torch.zeros(32, 64, dtype=torch.float64)
    files.blocks(image)  # its shape divides
    for place in (0, 9, 63):
        marked = image.clone()
        row, column = divmod(place, 8)
        marked[4 * row : 4 * row + 4, 8 * column : 8 * column + 8] = 1
        values, block = pairs.shifted(marked, [(0, 0)])
        assert values[0, block == place].all() and not values[0, block != place].any()


def test_partial_correlations_are_those_of_residuals() -> None:
    generator = Generator().manual_seed(0)
    values = torch.randn(5, 400, dtype=torch.float64, generator=generator)
    values[:2] += values[2:].sum(0)  # correlated by what is known
    moment = linear.moments(values[None])[0]
    x, y, known = values[0].numpy(), values[1].numpy(), values[2:].T.numpy()
    design = np.column_stack([known, np.ones(400)])
    left = [each - design @ np.linalg.lstsq(design, each, rcond=None)[0] for each in (x, y)]
    assert pairs.correlation(moment) == pytest.approx(np.corrcoef(*left)[0, 1], abs=1e-6)
    plain = pairs.correlation(linear.moments(values[None, :2])[0])
    assert plain == pytest.approx(np.corrcoef(x, y)[0, 1]) and plain > 0.5


def test_correlations_along_and_down_are_those_of_numpy() -> None:
    image = field()
    along, down = (pairs.correlation(each.sum(0)) for each in pairs.plain(image, 5))
    x = image.numpy()
    assert along == pytest.approx(np.corrcoef(x[:, :-5].ravel(), x[:, 5:].ravel())[0, 1])
    assert down == pytest.approx(np.corrcoef(x[:-5].ravel(), x[5:].ravel())[0, 1])


def test_an_echo_of_noise_is_seen_and_noise_has_none() -> None:
    """Of three terms one is shared: 1 / 3."""
    noise = torch.randn(256, 256, dtype=torch.float64, generator=Generator().manual_seed(0))
    for image, expected in ((study.echo(noise), 1 / 3), (noise, 0)):
        for way in pairs.given_both(image, words.FAR):
            assert pairs.correlation(way.sum(0)) == pytest.approx(expected, abs=0.03)


def test_sizes_of_errors_are_alike_where_contrast_comes_in_patches() -> None:
    noise = torch.randn(256, 256, dtype=torch.float64, generator=Generator().manual_seed(0))
    patches = noise.clone()
    patches[:, :128] *= 10
    for image, least, most in ((noise, -0.02, 0.02), (patches, 0.3, 1.0)):
        (_, down) = pairs.sizes_of_errors(image, 12)
        assert least < pairs.correlation(down.sum(0)) < most


def test_a_region_tells_what_is_in_it_alone() -> None:
    """In the upper half a pixel is noise and a mean of 4 x 4, 64 pixels below, where is noise."""
    generator, divisions = Generator().manual_seed(0), [files.halves(Workbench(), 0, 64)]
    noise = torch.randn(128, 512, dtype=torch.float64, generator=generator)
    for strength, least, most in ((0, -0.01, 0.01), (4, 0.03, 0.1)):
        told = noise.clone()
        means = torch.nn.functional.avg_pool2d(noise[None], 4, 1, 2)[0, 64:120, :512]
        told[:56] += strength * means
        found = study.far_region(told, divisions)
        assert least < found[words.ALONE].center < most
        assert abs(found[words.GAIN].center) < 0.01  # pixels near it share most of these means


def test_the_gain_is_what_a_region_adds_to_what_is_near() -> None:
    """The target is one near pixel, one mean of the region, and noise, as large as each other."""
    values = torch.randn(2, 41, 20_000, dtype=torch.float64, generator=Generator().manual_seed(0))
    values[:, 0] += values[:, 1] + values[:, 30]
    division = torch.tensor([0]), torch.tensor([1])
    found = study.gains(linear.moments(values), division)
    assert found == pytest.approx({words.ALONE: 1 / 3, words.GAIN: 1 / 3}, abs=0.02)


def test_a_control_sees_pixels_that_stay_correlated_when_shuffled() -> None:
    measurements = Measurements()
    high = Sample((0.92, 0.95) * 5, "mean", "data")
    for kind in (names.PHOTOGRAPH, names.SHUFFLED):
        for each in (1, words.FAR):
            factors = {names.IMAGE: "a", names.KIND: kind, words.DISTANCE: each}
            measurements.add("", factors, {words.CORRELATION: high})
    (claim,) = (each for each in distance.CLAIMS if each.id == "C327")
    assert claim.check(measurements, distance.Config()).outcome is Outcome.INVALID
