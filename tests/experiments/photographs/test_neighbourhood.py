"""Tests of the experiment neighbourhood: radii, curves, echoes and noise by laws; controls."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Generator

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample
from convlab.workbench import Workbench
from experiments.photographs import _linear as linear
from experiments.photographs import _neighbour_names as words
from experiments.photographs import _neighbour_study as study
from experiments.photographs import _photograph_files as files
from experiments.photographs import _photograph_names as names
from experiments.photographs import _surrogates as surrogates

neighbourhood = lab.load(catalogue.experiments()["neighbourhood"])


@pytest.mark.parametrize("radius", [1, 2, 3])
def test_neighbours_are_those_within_the_radius(radius: int) -> None:
    places = torch.zeros(7, 7)
    places.view(-1)[linear.around(radius, 3)] = 1
    expected = torch.zeros(7, 7)
    expected[3 - radius : 4 + radius, 3 - radius : 4 + radius] = 1
    expected[3, 3] = 0
    assert torch.equal(places, expected) and linear.middle(3) == 24


def test_echoes_are_explained_as_their_law_says() -> None:
    """x[t] = a x[t - 5] + e is explained by both echoes but for (1 - a²) / (1 + a²)."""
    field = surrogates.echoes((400, 600), 5, Generator().manual_seed(0))[:, 200:]
    middle, left, right = field[:, 5:-5], field[:, :-10], field[:, 10:]
    slope = surrogates.ECHO / (1 + surrogates.ECHO**2)
    left_over = (middle - slope * (left + right)).var() / middle.var()
    expected = (1 - surrogates.ECHO**2) / (1 + surrogates.ECHO**2)
    assert float(left_over) == pytest.approx(expected, rel=0.1)
    beside = np.corrcoef(field[:, 1:].flatten(), field[:, :-1].flatten())[0, 1]
    assert abs(beside) < 0.02


@pytest.mark.long
def test_a_curve_jumps_where_the_echo_is_reached() -> None:
    field = surrogates.echoes((128, 200), 5, Generator().manual_seed(0))
    found = study.curve(study.sums_of_blocks(field), *files.halves(Workbench(), 0, 64))
    explained = [found[radius][0] for radius in study.RADII]
    assert max(explained[:4]) < 0.1 < 0.7 < min(explained[4:])


def test_differences_are_those_of_the_shares_of_one_seed() -> None:
    ours = [{1: (0.4, 0.0), 7: (0.5, 0.0)}]
    theirs = [{1: (0.9, 0.0), 7: (1.0, 0.0)}, {1: (0.1, 0.0), 7: (0.2, 0.0)}]
    assert study.differences(ours, theirs) == pytest.approx([0.8 - 0.9])


def test_quantities_are_beside_the_widest() -> None:
    found = study.quantities([(0.45, 0.6)], [(0.5, 0.5)])
    assert found[words.FRACTION] == pytest.approx([0.9])
    assert found[words.EXCESS] == pytest.approx([20])


def test_a_control_sees_neighbours_that_explain_shuffled_pixels() -> None:
    measurements, high = Measurements(), Sample((0.98, 0.99) * 5, "mean", "data", 1.0)
    low = Sample((0.01, 0.02) * 5, "mean", "data")
    for kind, fraction, explained in (
        (names.PHOTOGRAPH, high, high),
        (words.ECHOES, low, low),
        (names.SHUFFLED, high, high),
    ):
        for radius in (words.NEAR, words.WIDEST):
            factors = {names.IMAGE: kind, names.KIND: kind, words.RADIUS: radius}
            found = {words.FRACTION: fraction, words.EXPLAINED: explained}
            measurements.add("", factors, found)
    (claim,) = (each for each in neighbourhood.CLAIMS if each.id == "C328")
    assert claim.check(measurements, neighbourhood.Config()).outcome is Outcome.INVALID
