"""Tests of convlab.probes.equivariance: against what is known of simple networks."""

from __future__ import annotations

import doctest
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator, Tensor, nn

from convlab.probes import equivariance as probe
from convlab.probes.equivariance import agreement, border_width, equivariance, exact, invariance

SHIFTS = list(product((-7, -4, -1, 0, 1, 2, 3, 4, 8), (-3, 0, 1, 4)))


def images(side: int = 16, channels: int = 1) -> Tensor:
    drawn = torch.randn(3, channels, side, side, generator=Generator().manual_seed(0))
    return drawn.double()


def network(padding: str, *strides: int, taps: int = 3) -> nn.Sequential:
    """Random convolutions with ReLUs between them, one for each stride."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        layers: list[nn.Module] = []
        for stride in strides:
            width = 3 if layers else 1
            options = {"padding": taps // 2, "padding_mode": padding, "dtype": torch.float64}
            layers += [nn.Conv2d(width, 3, taps, stride, **options), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def rounded(layers: nn.Sequential) -> nn.Sequential:
    layers.load_state_dict(exact(layers.state_dict()))
    return layers


def test_circular_convolutions_follow_every_shift() -> None:
    assert equivariance(network("circular", 1, 1, 1), images(), SHIFTS).max() < 1e-12


def test_strides_follow_whole_steps_and_no_others() -> None:
    errors = equivariance(network("circular", 2, 1, 2), images(), SHIFTS)
    whole = torch.tensor([rows % 4 == columns % 4 == 0 for rows, columns in SHIFTS])
    assert errors[whole].max() < 1e-12
    assert errors[~whole].min() > 1e-3


def test_zero_padding_breaks_it() -> None:
    assert equivariance(network("zeros", 1), images(), [(0, 1)]) > 1e-3
    assert equivariance(network("zeros", 1), images(), [(0, 0)]) == 0


def test_the_error_of_a_known_network() -> None:
    """A fixed mask on the impulse at (0, 0) keeps it there, and removes it once shifted."""
    impulse = torch.zeros(1, 1, 4, 4)
    impulse[..., 0, 0] = 2
    mask = (impulse > 0).float()
    assert equivariance(lambda x: mask * x, impulse, [(0, 0), (1, 2)]).tolist() == [0, 1]


def test_a_broken_shift_counts_its_better_neighbour() -> None:
    """A ramp moved by half a step lies between two whole ones; the nearer of these counts."""
    ramp = torch.arange(8.0).expand(1, 1, 8, 8)
    every_second = equivariance(lambda x: x[..., ::2, ::2], ramp, [(0, 1)])
    y, moved = ramp[..., ::2, ::2], ramp.roll(1, -1)[..., ::2, ::2]
    either = [(moved - y).norm(), (moved - y.roll(1, -1)).norm()]
    assert every_second.item() == pytest.approx((min(either) / y.norm()).item())


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(1, 3), st.sampled_from([3, 5]), st.integers(-9, 9), st.integers(-9, 9))
def test_zero_padding_reaches_as_deep_as_all_paddings_together(
    depth: int, taps: int, rows: int, columns: int
) -> None:
    side = 24
    layers = rounded(network("zeros", *[1] * depth, taps=taps))
    expected = depth * (taps // 2) if rows or columns else 0
    deepest = min(abs(rows) or side, abs(columns) or side) // 2  # between the two borders
    width = border_width(layers, images(side).round(), (rows, columns))
    assert width == expected or expected > deepest >= width


def test_circular_convolutions_have_no_border() -> None:
    layers = rounded(network("circular", 1, 2))
    assert border_width(layers, images().round(), (2, 4)) == 0


def test_global_pooling_ignores_shifts_and_flattening_does_not() -> None:
    trunk, shifts = network("circular", 1, 1), [(0, 3), (5, 0), (-2, 7)]
    pooled = nn.Sequential(trunk, nn.AdaptiveMaxPool2d(1), nn.Flatten())
    assert invariance(pooled, images(), shifts).max() < 1e-12
    assert agreement(pooled, images(), shifts).tolist() == [1, 1, 1]
    assert invariance(nn.Sequential(trunk, nn.Flatten()), images(), shifts).min() > 0.1


def test_agreement_is_a_share_of_images() -> None:
    """The class is the column of the pixel: of four images two are kept by their symmetry."""
    x = torch.zeros(4, 1, 1, 4)
    x[0, ..., 0] = x[1, ..., 3] = 1  # single pixels move to another column
    x[2] = x[3] = 1  # a constant does not
    assert agreement(lambda x: x.flatten(1), x, [(0, 1), (0, 4), (0, 0)]).tolist() == [0.5, 1, 1]


def test_exact_weights_give_the_same_sums_in_any_order() -> None:
    state = exact({"weight": torch.randn(1000, generator=Generator().manual_seed(0))})
    terms = state["weight"] * torch.arange(1000) / 16
    assert terms.sum() == terms.flip(0).sum() == sum(terms.tolist())
    assert (256 * state["weight"] % 1 == 0).all()


def test_the_network_is_left_as_it_was() -> None:
    layers = network("zeros", 1)
    equivariance(layers, images(), [(0, 1)])
    assert all(parameter.grad is None for parameter in layers.parameters())


def test_outputs_must_divide_the_image() -> None:
    with pytest.raises(ValueError, match="no whole number of pixels"):
        equivariance(nn.Conv2d(1, 1, 3).double(), images(), [(0, 1)])
    with pytest.raises(ValueError, match="no whole number of pixels"):
        equivariance(nn.Flatten(), images(), [(0, 1)])
    with pytest.raises(ValueError, match="by a part"):
        border_width(nn.MaxPool2d(2), images(), (0, 1))


def test_the_examples_of_the_documentation() -> None:
    outcome = doctest.testmod(probe)
    assert outcome.attempted and not outcome.failed
