"""Tests of experiments/shift: what it measures, against networks and shifts done by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d, pad

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, exactly
from convlab.streams import Stream, generator
from convlab.workbench import Workbench
from experiments.translation import _shift_names as names
from experiments.translation import _shift_networks as networks

shift = lab.load(catalogue.experiments()["shift"])
SMALL = {"seeds": 2, "images": 1, "side": 16}


def weights() -> torch.Generator:
    return generator(0, Stream.WEIGHTS)


def outcomes(config: object, measurements: Measurements) -> dict[str, Outcome]:
    return {each.id: each.check(measurements, config).outcome for each in shift.CLAIMS}


@pytest.mark.parametrize(
    ("arm", "side"), [(shift.PLAIN, 16), (shift.STRIDE, 4), (names.POOLING, 4)]
)
@pytest.mark.parametrize("padding", ["circular", "zeros"])
@pytest.mark.parametrize(("kernel", "depth"), [(3, 3), (5, 2), (1, 5)])
def test_networks_halve_the_image_and_have_whole_weights(
    padding: names.Padding, arm: str, side: int, kernel: int, depth: int
) -> None:
    network = networks.network(padding, arm, kernel, depth, weights())
    assert any(isinstance(layer, nn.MaxPool2d) for layer in network) == (arm == names.POOLING)
    y = network(torch.ones(2, 1, 16, 16, dtype=torch.float64))
    assert y.shape == (2, names.CHANNELS, side, side)
    convolutions = [layer for layer in network if isinstance(layer, nn.Conv2d)]
    assert len(convolutions) == depth
    assert {layer.kernel_size for layer in convolutions} == {(kernel, kernel)}
    assert all(torch.equal(p, p.round()) and p.any() for p in network.parameters())


def test_sums_of_whole_numbers_are_exact() -> None:
    """No sum comes near 2^53, up to which float64 holds every whole number."""
    network = networks.network("circular", shift.PLAIN, 7, 5, weights())
    for parameter in network.parameters():
        parameter.data.fill_(2)
    y = network(torch.full((1, 1, 16, 16), 16.0, dtype=torch.float64))
    assert y.max() < 2**53 / 10


def test_a_circular_network_pads_with_its_own_other_end() -> None:
    network = networks.network("circular", shift.PLAIN, 3, 3, weights())
    x = networks.whole_numbers((1, 1, 16, 16), 16, generator(0, Stream.DATA))
    first = network[0]
    assert isinstance(first, nn.Conv2d)
    by_hand = conv2d(pad(x, (1, 1, 1, 1), "circular"), first.weight, first.bias)
    assert torch.equal(first(x), by_hand)


def test_the_errors_at_steps_of_four_pixels_are_the_greatest_and_the_others_the_least() -> None:
    """Seed 0 errs at whole steps, 8 pixels to the left; seed 1 at all others, most at one."""
    errors = torch.zeros(2, len(names.SHIFTS))
    errors[0] = 0.25
    errors[0, 0] = 0.5
    errors[1] = torch.tensor([0.0 if each % shift.STEP == 0 else 0.125 for each in names.SHIFTS])
    errors[1, 1] = 0.75
    by_steps = shift.errors_by_steps(errors)
    assert by_steps[shift.STEPS].center == 0.5
    assert by_steps[shift.OTHERS].center == 0.125


def test_of_strides_and_pooling_one_is_chosen() -> None:
    measurements = Measurements()
    for arm, value in ((shift.STRIDE, 1.0), (names.POOLING, 2.0)):
        for padding, factor in ((shift.CIRCULAR, 1), (shift.ZEROS, 100)):
            quantities = {shift.GREATEST: exactly(factor * value)}
            measurements.add("errors", {"padding": padding, "arm": arm}, quantities)
    assert shift.halved(shift.GREATEST, min)(measurements).center == 1
    assert shift.halved(shift.GREATEST, max)(measurements).center == 2


@pytest.mark.parametrize(
    "settings", [{}, {"kernel": 1}, {"kernel": 5, "depth": 2}, {"depth": 5, "images": 2}]
)
def test_what_is_exact_comes_out_so_for_every_kernel_and_depth(
    settings: dict[str, int],
) -> None:
    config = shift.Config(**SMALL | settings)
    measurements = shift.measure(config, Workbench())
    expected = {claim.id: claim.expected for claim in shift.CLAIMS}
    assert outcomes(config, measurements) == expected
    border = measurements.get(shift.BORDER, padding=shift.ZEROS, arm=shift.PLAIN).center
    assert border == min(config.depth * (config.kernel // 2), 4)


def test_a_layer_without_sharing_and_an_mlp_are_what_can_fail() -> None:
    """Were they convolutions, nothing would be said of convolutions."""
    config = shift.Config(**SMALL)
    measurements = shift.measure(config, Workbench())
    for layer, lost in ((shift.LOCAL, {"C312", "C330"}), (shift.DENSE, {"C330"})):
        (row,) = (row for row in measurements.rows if row.factors.get("layer") == layer)
        before = row.quantities[shift.LEAST]
        row.quantities[shift.LEAST] = exactly(0)
        found = outcomes(config, measurements)
        assert {each for each in found if found[each] is Outcome.INVALID} == lost
        row.quantities[shift.LEAST] = before


def test_a_network_that_follows_nothing_refutes_nothing_about_strides() -> None:
    config = shift.Config(**SMALL)
    measurements = shift.measure(config, Workbench())
    for row in measurements.rows:
        circular = row.factors == {"padding": shift.CIRCULAR, "arm": shift.PLAIN}
        if circular and shift.GREATEST in row.quantities:
            row.quantities[shift.GREATEST] = exactly(1)
    assert outcomes(config, measurements)["C312o1"] is Outcome.INVALID


def test_a_border_that_circular_padding_has_too_is_none_of_zeros() -> None:
    config = shift.Config(**SMALL)
    measurements = shift.measure(config, Workbench())
    circular = {"padding": shift.CIRCULAR, "arm": shift.PLAIN}
    for row in measurements.rows:
        if row.factors == circular and shift.BORDER in row.quantities:
            row.quantities[shift.BORDER] = exactly(3)
    assert outcomes(config, measurements)["C312r4"] is Outcome.INVALID


def test_a_quick_run_decides_what_is_exact(tmp_path: Path) -> None:
    record = lab.run(lab.plan("shift", quick=True), root=tmp_path)
    undecided = {verdict.id for verdict in record.verdicts if not verdict.decided}
    assert undecided == {"C312r3"} and not record.unexpected


def test_another_first_seed_draws_other_networks_and_images() -> None:
    here, there, again = (
        shift.measure(shift.Config(**SMALL), Workbench(first_seed=seed)).arrays
        for seed in (0, 1000, 1000)
    )
    for name, errors in there.items():
        assert (errors == again[name]).all()
        if errors.any():
            assert (errors != here[name]).any()
