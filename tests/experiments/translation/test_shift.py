"""Tests of experiments/shift: what it measures, against networks and shifts done by hand."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d, pad

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

shift = lab.load(catalogue.experiments()["shift"])


def weights() -> torch.Generator:
    return generator(0, Stream.WEIGHTS)


@pytest.mark.parametrize(
    ("arm", "side"), [(shift.PLAIN, 16), (shift.STRIDE, 4), (shift.POOLING, 4)]
)
@pytest.mark.parametrize("padding", ["circular", "zeros"])
def test_networks_halve_the_image_and_have_whole_weights(
    padding: str, arm: str, side: int
) -> None:
    network = shift.network(padding, arm, weights())
    assert any(isinstance(layer, nn.MaxPool2d) for layer in network) == (arm == shift.POOLING)
    y = network(torch.ones(2, 1, 16, 16, dtype=torch.float64))
    assert y.shape == (2, shift.CHANNELS, side, side)
    assert sum(isinstance(layer, nn.Conv2d) for layer in network) == shift.LAYERS
    assert all(torch.equal(p, p.round()) and p.any() for p in network.parameters())


def test_sums_of_whole_numbers_are_exact() -> None:
    """No sum comes near 2^53, up to which float64 holds every whole number."""
    network = shift.network("circular", shift.PLAIN, weights())
    for parameter in network.parameters():
        parameter.data.abs_()
    y = network(torch.full((1, 1, 32, 32), 16.0, dtype=torch.float64))
    assert y.max() < 2**53 / 1000


def test_a_circular_network_pads_with_its_own_other_end() -> None:
    network = shift.network("circular", shift.PLAIN, weights())
    x = shift.whole_numbers((1, 1, 16, 16), 16, generator(0, Stream.DATA))
    first = network[0]
    by_hand = conv2d(pad(x, (1, 1, 1, 1), "circular"), first.weight, first.bias)
    assert torch.equal(first(x), by_hand)


def test_the_errors_at_steps_of_four_pixels_are_the_greatest_and_the_others_the_least() -> None:
    """Seed 0 errs at whole steps, 8 pixels to the left; seed 1 at all others, most at one."""
    errors = torch.zeros(2, len(shift.SHIFTS))
    errors[0, 0] = 0.5
    errors[1] = torch.tensor([0.0 if each % shift.STEP == 0 else 0.25 for each in shift.SHIFTS])
    errors[1, 1] = 0.75
    by_steps = shift.errors_by_steps(errors)
    assert by_steps[shift.STEPS].values == (0.5, 0)
    assert by_steps[shift.OTHERS].values == (0, 0.25)


def test_of_strides_and_pooling_one_is_chosen_for_each_seed() -> None:
    measurements = Measurements()
    for arm, values in ((shift.STRIDE, (1.0, 4.0)), (shift.POOLING, (2.0, 3.0))):
        for padding, factor in ((shift.CIRCULAR, 1), (shift.ZEROS, 100)):
            sample = Sample(tuple(factor * each for each in values))
            measurements.add("errors", {"padding": padding, "arm": arm}, {shift.ANY: sample})
    assert shift.halved(shift.ANY, min)(measurements).values == (1, 3)
    assert shift.halved(shift.ANY, max)(measurements).values == (2, 4)


def test_six_small_networks_decide_as_predicted() -> None:
    measurements = shift.measure(shift.Config(seeds=6, images=1, side=16), Workbench())
    verdicts = [claim.check(measurements) for claim in shift.CLAIMS]
    assert [v.outcome for v in verdicts] == [v.expected for v in verdicts]
    assert {v.outcome for v in verdicts} == {Outcome.HOLDS, Outcome.REFUTED}
