"""Tests of experiments/opposites and commuting: functions of maps, against sums done by hand."""

from __future__ import annotations

import sys
from itertools import product
from types import ModuleType

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator, Tensor
from torch.nn.functional import conv2d, pad

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome
from convlab.streams import Stream, generator
from convlab.workbench import Workbench
from experiments.translation import _dense_to_maps as dense
from experiments.translation import _functions_of_maps as functions
from experiments.translation._kinds import CORNER, EVERYWHERE, LOCAL, MLP
from experiments.translation._shift_networks import with_whole_weights

opposites, commuting = (
    lab.load(catalogue.experiments()[name]) for name in ("opposites", "commuting")
)
SMALL = {"seeds": 1, "images": 2, "side": 5}


def measured(experiment: ModuleType) -> tuple[object, Measurements]:
    config = experiment.Config(**SMALL)
    return config, experiment.measure(config, Workbench())


def outcomes(experiment: ModuleType, config: object, found: Measurements) -> dict[str, Outcome]:
    return {each.id: each.check(found, config).outcome for each in experiment.CLAIMS}


def beside(experiment: ModuleType) -> ModuleType:
    """The file with the functions that the experiment imports: the lab loads its own."""
    return sys.modules[experiment.of_kind.__module__]


def whole(shape: tuple[int, ...], seed: int) -> Tensor:
    return torch.randint(-3, 4, shape, generator=Generator().manual_seed(seed)).double()


@settings(max_examples=15)
@given(side=st.integers(2, 4), seed=st.integers(0, 99))
def test_the_convolution_matrix_is_torchs_circular_convolution(side: int, seed: int) -> None:
    kernel, x = whole((side, side), seed), whole((side, side), seed + 1)
    around = pad(x[None, None], (0, side - 1, 0, side - 1), "circular")
    by_torch = conv2d(around, kernel[None, None])[0, 0]
    assert torch.equal((dense.convolution_matrix(kernel) @ x.flatten()).view(side, side), by_torch)


@settings(max_examples=15)
@given(side=st.integers(2, 4), seed=st.integers(0, 99))
def test_an_averaged_layer_commutes_with_every_shift_and_keeps_a_convolution(
    side: int, seed: int
) -> None:
    layer = dense.averaged_over_shifts(side**2 * whole((side**2, side**2), seed), side)
    x = whole((side, side), seed + 1)
    for shift in product(range(side), repeat=2):
        after = layer @ x.roll(shift, dims=(0, 1)).flatten()
        assert torch.equal(
            after, (layer @ x.flatten()).view(side, side).roll(shift, (0, 1)).flatten()
        )
    assert torch.equal(dense.averaged_over_shifts(layer, side), layer)


@pytest.mark.parametrize("side", [2, 3])
def test_as_many_weights_are_free_as_shifts_of_two_pixels_tell_apart(side: int) -> None:
    """Orbits by brute force: weights (p, q) and (T p, T q) are one, for all shifts T."""
    pixels = list(product(range(side), repeat=2))
    for shifts, generators in (
        (pixels, [(1, 0), (0, 1)]),
        ([(down, 0) for down in range(side)], [(1, 0)]),
    ):
        orbits = {
            frozenset(
                tuple((row + down) % side for row, down in zip((*p, *q), shift * 2, strict=True))
                for shift in shifts
            )
            for p, q in product(pixels, repeat=2)
        }
        assert dense.free_weights(side, generators) == len(orbits)


def test_maxima_are_written_where_they_should_be() -> None:
    maps = torch.tensor([[[[1.0, 5.0], [-2.0, 3.0]]]])
    assert functions.everywhere(maps).tolist() == [[[[5, 5], [5, 5]]]]
    assert functions.in_the_corner(maps).tolist() == [[[[5, 0], [0, 0]]]]


def test_what_moves_and_stays_is_seen_image_by_image() -> None:
    x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]], [[[7.0, 7.0], [7.0, 7.0]]]])
    shifts = functions.shifts_around(2)
    assert shifts == [(0, 1), (1, 0), (1, 1)]
    assert functions.moving_and_staying(lambda x: x, x, shifts).tolist() == [False, True]
    assert functions.the_same_everywhere(x).tolist() == [False, True]


def test_an_mlp_sees_every_pixel_and_a_local_layer_few() -> None:
    found = functions.functions(5, generator(0, Stream.WEIGHTS))
    for kind, seen in ((LOCAL, 9), (MLP, 25)):
        x = whole((1, 1, 5, 5), 3).requires_grad_()
        total = sum(
            (found[kind](3 * x if i else x)[0, 0, 2, 2] ** 2 for i in range(2)), torch.zeros(())
        )
        (gradient,) = torch.autograd.grad(total, x)
        assert int((gradient != 0).sum()) <= seen


@pytest.mark.parametrize("experiment", [opposites, commuting])
def test_every_claim_is_decided_as_expected(experiment: ModuleType) -> None:
    config, found = measured(experiment)
    assert outcomes(experiment, config, found) == {e.id: e.expected for e in experiment.CLAIMS}


def test_a_maximum_that_is_written_elsewhere_than_everywhere_refutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(beside(opposites), "everywhere", functions.in_the_corner)
    config, found = measured(opposites)
    broken = outcomes(opposites, config, found)
    assert broken["C313"] == Outcome.HOLDS and broken["C313o1"] == Outcome.REFUTED
    assert broken["C313r"] == Outcome.INVALID
    assert found.get(opposites.STAYING, kind=CORNER).center == 0
    assert found.get(opposites.MOVING, kind=EVERYWHERE).center > 0


def test_a_convolution_with_zeros_at_its_border_makes_the_claims_invalid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def padded(outputs: int, weights: Generator) -> torch.nn.Module:
        return with_whole_weights(torch.nn.Conv2d(1, outputs, 3, padding=1), weights)

    for experiment in (opposites, commuting):
        monkeypatch.setattr(beside(experiment), "circular", padded)
    config, found = measured(commuting)
    assert outcomes(commuting, config, found)["C330o1"] == Outcome.INVALID
    config, found = measured(opposites)
    assert outcomes(opposites, config, found)["C313o2"] == Outcome.REFUTED


def test_a_layer_that_is_not_averaged_is_no_convolution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commuting, "averaged_over_shifts", lambda weights, side: weights)
    config, found = measured(commuting)
    assert outcomes(commuting, config, found)["C330o2"] == Outcome.REFUTED
