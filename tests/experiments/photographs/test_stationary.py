"""Tests of the experiment stationary: shares and p by other means; rejection; controls."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import f_oneway
from torch import Generator

from convlab import lab
from convlab.data import load
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample
from experiments.photographs import _parts_names as words
from experiments.photographs import _parts_of_images as parts
from experiments.photographs import _photograph_names as names

stationary = lab.load(catalogue.experiments()["stationary"])


def seeded(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def test_the_share_between_is_that_of_an_analysis_of_variance() -> None:
    values = torch.randn(7, 30, dtype=torch.float64, generator=seeded())
    values += torch.arange(7.0)[:, None] / 4
    f, between, within = f_oneway(*values.numpy()).statistic, 6, 7 * 29
    expected = between * f / (between * f + within)
    assert parts.share_between(values) == pytest.approx(expected)


def test_shares_of_an_image_are_those_of_its_blocks() -> None:
    image = torch.zeros(32, 32, dtype=torch.float64)
    image[:16] = 1  # every block is of one brightness
    assert parts.shares_between(image)[words.BRIGHTNESS] == 1
    ramp = torch.arange(32, dtype=torch.float64).expand(32, 32).clone()
    ramp[:16] *= 2  # differences of 2 above and of 1 below
    found = parts.shares_between(ramp)
    assert found[words.SIZE] == pytest.approx(1) == found[words.SIGNED]


def test_p_is_the_rank_among_surrogates() -> None:
    image = torch.randn(32, 32, dtype=torch.float64, generator=seeded())
    p, mean = parts.p_values(image, "pixels", 9, seeded(1))
    generator, own = seeded(1), parts.shares_between(image)
    drawn = [parts.shares_between(parts.SHUFFLES["pixels"](image, generator)) for _ in range(9)]
    for name, share in own.items():
        assert p[name] == (1 + sum(each[name] >= share for each in drawn)) / 10
        assert mean[name] == pytest.approx(np.mean([each[name] for each in drawn]))


def test_the_least_p_is_that_of_three_tests() -> None:
    p = dict.fromkeys(words.STATISTICS, 0.5) | {words.SIZE: 0.02, words.SIGNED: 0.001}
    assert parts.least(p) == pytest.approx(0.06)
    assert parts.least(dict.fromkeys(words.STATISTICS, 0.5)) == 1


def test_patches_of_contrast_are_rejected_and_a_stationary_field_is_not() -> None:
    field = parts.stationary_field(64, seeded())
    assert parts.least(parts.p_values(field, "phases", 99, seeded(1))[0]) > 0.05
    field[:, 32:] *= 4
    assert parts.least(parts.p_values(field, "phases", 99, seeded(1))[0]) == 0.03


def test_moved_digits_are_the_digits_moved_in_a_circle() -> None:
    own, moved = parts.digit_shares(seeded())
    digits = load("digits").x[:, 0].double()
    down, right = torch.randint(8, (2, len(digits), 1, 1), generator=seeded())
    rolled = torch.stack(
        [x.roll((-int(d), -int(r)), (0, 1)) for x, d, r in zip(digits, down, right, strict=True)]
    )
    assert moved == pytest.approx(parts.share_between(rolled.flatten(1).T))
    assert own > 0.3 > 0.01 > moved


def test_a_control_sees_a_test_that_rejects_stationary_fields() -> None:
    measurements = Measurements()
    row = {names.IMAGE: "a", names.KIND: names.PHOTOGRAPH}
    low = Sample((0.03, 0.03, 0.04, 0.03, 0.03, 0.03), "mean", "data")
    measurements.add("", row, {words.LEAST_P: low})
    often = Sample((1.0, 0.0) * 20, "proportion", "data")
    row = {names.IMAGE: words.FIELD, names.KIND: words.FIELD}
    measurements.add("", row, {words.REJECTED: often})
    (claim,) = (each for each in stationary.CLAIMS if each.id == "C303")
    assert claim.check(measurements, stationary.Config()).outcome is Outcome.INVALID
