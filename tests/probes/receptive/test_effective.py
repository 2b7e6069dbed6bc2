"""Tests of convlab.probes.effective_field: against closed forms and other means of counting."""

from __future__ import annotations

from itertools import product
from math import comb, sqrt

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator, Tensor, nn

from convlab.probes.receptive import deviation, effective_field, receptive_field, side, sides


def equal(depth: int, taps: int) -> nn.Module:
    """Convolutions of one channel whose weights are all 1."""
    network = nn.Sequential(
        *(nn.Conv1d(1, 1, taps, padding=taps // 2, bias=False) for _ in range(depth))
    )
    for parameter in network.parameters():
        nn.init.ones_(parameter)
    return network.double()


def drawn(seed: int, depth: int, activation: type[nn.Module] = nn.Identity) -> nn.Module:
    """Zero-mean normal weights, which keep the size of a gradient on average."""
    generator, layers = Generator().manual_seed(seed), []
    for inputs, outputs in [(1, 8), *[(8, 8)] * (depth - 2), (8, 1)]:
        conv = nn.Conv1d(inputs, outputs, 3, padding=1, bias=False).double()
        conv.weight.data.normal_(0, (3 * inputs) ** -0.5, generator=generator)
        layers += [conv, activation()]
    return nn.Sequential(*layers[:-1])


def noise(examples: int, length: int) -> Tensor:
    return torch.randn(examples, 1, length, generator=Generator().manual_seed(9)).double()


@pytest.mark.parametrize(("depth", "taps"), [(1, 3), (2, 5), (3, 7), (9, 3)])
def test_equal_weights_give_the_convolution_of_boxes(depth: int, taps: int) -> None:
    network, x = equal(depth, taps), torch.zeros(1, 1, 2 * depth * taps + 1).double()
    field = effective_field(network, x)
    boxes = np.ones(1)
    for _ in range(depth):
        boxes = np.convolve(boxes, np.full(taps, 1 / taps))
    assert np.allclose(field[field > 0].numpy(), boxes * taps**depth, rtol=1e-12, atol=0)
    assert deviation(field) == pytest.approx([sqrt(depth * (taps**2 - 1) / 12)])
    seen = receptive_field(network, x)
    assert torch.equal(field > 0, seen.pixels) and seen.size == (depth * (taps - 1) + 1,)


def test_two_taps_give_binomial_coefficients() -> None:
    network = nn.Sequential(*(nn.Conv1d(1, 1, 2, bias=False) for _ in range(6))).double()
    for parameter in network.parameters():
        nn.init.ones_(parameter)
    field = effective_field(network, torch.zeros(1, 1, 7).double())
    assert field.tolist() == [comb(6, i) for i in range(7)]


@pytest.mark.parametrize("depth", [4, 12])
def test_the_energy_of_random_weights_has_the_same_width(depth: int) -> None:
    """E g(q)² is convolved with a box by every layer: variances add up, whatever the weights."""
    x = torch.zeros(1, 1, 4 * depth + 1).double()
    energies = [effective_field(drawn(seed, depth), x, power=2) for seed in range(150)]
    expected = sqrt(depth * (3**2 - 1) / 12)
    assert deviation(torch.stack(energies).mean(0)) == pytest.approx([expected], rel=0.06)


def test_size_is_taken_before_examples_and_channels_are_added() -> None:
    """y = x0² / 2 - x1 has the slopes x0 and -1: those of 1 and -3, and of channels, add up."""

    class Curved(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return (x[:, :1].square() / 2 - x[:, 1:])[..., 1:2]

    x = torch.tensor([[[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, -3.0, 0.0], [0.0, 0.0, 0.0]]])
    assert effective_field(Curved(), x).tolist() == [0, (1 + 1 + 3 + 1) / 2, 0]
    assert effective_field(Curved(), x, power=2).tolist() == [0, (1 + 1 + 9 + 1) / 2, 0]
    assert effective_field(Curved(), x, unit=(0,)).tolist() == [0, 3, 0]


def test_relu_leaves_the_field_within_the_theoretical_one() -> None:
    x = noise(16, 49)
    network = drawn(0, 8, nn.ReLU)
    seen, field = receptive_field(network, x), effective_field(network, x)
    assert not field[~seen.pixels].any()
    assert 1 < side(field) < seen.size[0]


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 6), st.integers(1, 6), st.floats(0.01, 1), st.integers(0, 99))
def test_the_side_is_that_of_the_best_square(
    rows: int, columns: int, share: float, seed: int
) -> None:
    field = torch.rand(rows, columns, generator=Generator().manual_seed(seed)).double() + 0.01
    field = field / field.sum()

    def holds(width: int) -> bool:
        corners = product(range(rows), range(columns))
        return any(field[r : r + width, c : c + width].sum() >= share - 1e-9 for r, c in corners)

    assert side(field, share) == next(w for w in range(1, 7) if holds(w))


def test_the_deviation_along_each_axis() -> None:
    field = torch.zeros(5, 5).double()
    field[2, 0] = field[2, 4] = 0.5
    assert deviation(field) == (0, 2)


def test_one_side_per_network() -> None:
    x = torch.zeros(1, 1, 41).double()
    measured = sides([equal(4, 3), equal(9, 3)], x, share=1)
    assert (measured.values, measured.statistic) == ((9, 19), "median")


def test_the_network_is_left_as_it_was() -> None:
    network = nn.Sequential(nn.Conv1d(1, 2, 3), nn.BatchNorm1d(2), nn.Dropout(0.5), nn.ReLU(True))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    state, x = torch.get_rng_state(), noise(5, 9).float()
    with torch.no_grad():
        effective_field(network, x)
    assert torch.equal(torch.get_rng_state(), state) and not x.requires_grad
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])
    assert all(parameter.grad is None for parameter in network.parameters())


def test_what_has_no_field_is_named() -> None:
    dead = effective_field(nn.ReLU(), -torch.ones(1, 1, 5))
    for measure in (deviation, side):
        with pytest.raises(ValueError, match="adds up to 0, so no pixel has a share"):
            measure(dead)
        with pytest.raises(ValueError, match="adds up to nan"):
            measure(dead + torch.nan)
    with pytest.raises(ValueError, match=r"x should be .* not \(1, 5\)"):
        effective_field(nn.ReLU(), torch.ones(1, 5))
    for share in (0, 1.1):
        with pytest.raises(ValueError, match="share should be above 0"):
            side(torch.ones(5), share)
