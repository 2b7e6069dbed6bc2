"""Tests of convlab.probes.sensitivity: against loops over shifts and pairs, and known networks."""

from __future__ import annotations

from functools import partial
from itertools import combinations

import pytest
import torch
from torch import nn

from convlab.probes.equivariance import (
    agreement,
    consistency,
    equivariance,
    invariance,
    sensitivity,
    shifts_within,
)
from tests.probes.equivariance.convolutions import images, network


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_a_map_has_each_shift_in_its_place(axes: int) -> None:
    layers, x = network("zeros", 1, axes=axes), images(8, axes=axes)
    found = sensitivity(layers, x, reach=1)
    assert found.map.shape == (3,) * axes
    for shift in shifts_within(1, axes):
        assert found.map[tuple(by + 1 for by in shift)] == invariance(layers, x, [shift])


def test_strides_show_as_a_comb() -> None:
    found = sensitivity(network("circular", 2, 2), images(), 4, equivariance)
    whole = (found.map < 1e-12).nonzero() - 4
    assert whole.tolist() == [[rows, columns] for rows in (-4, 0, 4) for columns in (-4, 0, 4)]


def test_the_worst_shift_and_the_mean() -> None:
    errors = torch.tensor([[1.0, 0, 2], [3, 90, 7], [5, 7, 7]])
    found = sensitivity(nn.Identity(), images(8), 1, lambda *_: errors.flatten())
    assert (found.worst, found.worst_shift) == (90, (0, 0))
    assert found.mean == 4


def test_consistency_is_a_share_of_pairs() -> None:
    layers = nn.Sequential(network("zeros", 2), nn.Flatten(), nn.Linear(192, 4).double())
    x, shifts = images(), shifts_within(1)
    given = torch.stack([layers(x.roll(shift, (2, 3))).argmax(1) for shift in shifts])
    pairs = [(one == other).double().mean() for one, other in combinations(given, 2)]
    found = consistency(layers, x, shifts)
    assert found.pairs == pytest.approx(torch.stack(pairs).mean().item())
    assert found.always == sum(len(set(each)) == 1 for each in given.T.tolist()) / 3
    assert found.always <= agreement(layers, x, shifts).min()


def test_pooled_circular_networks_are_consistent_untrained() -> None:
    layers = nn.Sequential(network("circular", 1, 1), nn.AdaptiveMaxPool2d(1), nn.Flatten())
    found = consistency(layers, images(), shifts_within(2))
    assert (found.pairs, found.always) == (1, 1)


def test_what_has_no_map_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one pixel"):
        sensitivity(nn.Identity(), images(8), reach=0)
    with pytest.raises(ValueError, match="two shifts"):
        consistency(nn.Flatten(), images(8), [(0, 1)])
    with pytest.raises(ValueError, match="one class"):
        consistency(nn.Identity(), images(8), shifts_within(1))
    with pytest.raises(ValueError, match="give `stride`"):
        sensitivity(lambda x: x[..., 1:], images(8), 1, equivariance)
    strided = partial(equivariance, stride=(1, 1))
    assert sensitivity(lambda x: x[..., 1:], images(8), 1, strided).worst == 0
