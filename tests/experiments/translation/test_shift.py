"""Tests of experiments/shift: what it measures, against networks and shifts done by hand."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d, pad

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Outcome
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

shift = lab.load(catalogue.experiments()["shift"])


def weights() -> torch.Generator:
    return generator(0, Stream.WEIGHTS)


@pytest.mark.parametrize("halved, side", [("nothing", 16), ("stride 2", 4), ("max-pooling", 4)])
@pytest.mark.parametrize("padding", ["circular", "zeros"])
def test_networks_are_halved_twice_and_whole(padding: str, halved: str, side: int) -> None:
    network = shift.network(padding, halved, weights())
    y = network(torch.ones(2, 1, 16, 16, dtype=torch.float64))
    assert y.shape == (2, shift.CHANNELS, side, side)
    assert sum(isinstance(layer, nn.Conv2d) for layer in network) == shift.LAYERS
    assert all(torch.equal(p, p.round()) and p.any() for p in network.parameters())


def test_sums_of_whole_numbers_are_exact() -> None:
    """No sum comes near 2^53, up to which float64 holds every whole number."""
    network = shift.network("circular", "nothing", weights())
    for parameter in network.parameters():
        parameter.data.abs_()
    y = network(torch.full((1, 1, 32, 32), 16.0, dtype=torch.float64))
    assert y.max() < 2**53 / 1000


def test_a_circular_network_pads_with_its_own_other_end() -> None:
    network = shift.network("circular", "nothing", weights())
    x = shift.whole((1, 1, 16, 16), 16, generator(0, Stream.DATA))
    first = network[0]
    by_hand = conv2d(pad(x, (1, 1, 1, 1), "circular"), first.weight, first.bias)
    assert torch.equal(first(x), by_hand)


def test_six_small_networks_decide_as_predicted() -> None:
    measurements = shift.measure(shift.Config(seeds=6, images=1, side=16), Workbench())
    verdicts = [claim.check(measurements) for claim in shift.CLAIMS]
    assert [v.outcome for v in verdicts] == [v.expected for v in verdicts]
    assert {v.outcome for v in verdicts} == {Outcome.HOLDS, Outcome.REFUTED}
