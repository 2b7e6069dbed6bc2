"""Tests of approximation: multipliers by hand, their laws, and what the claims see."""

from dataclasses import replace
from fractions import Fraction
from math import tanh
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from convlab import lab
from convlab.measure import Outcome, exactly
from convlab.streams import Stream, generator
from experiments.product._multiplier_study import grid, middles, root_mean_square, squares
from experiments.product._multipliers import (
    SMOOTH,
    derivatives,
    gate,
    law_of_gate,
    non_zero,
    relu_multiplier,
    relu_square,
    square_multiplier,
    trainable,
)
from experiments.product._networks import by_hand, with_log_and_exp


def between_points(u: Fraction, levels: int) -> Fraction:
    """The line between the two points of u² at multiples of 2^-levels that lie about u."""
    cell = Fraction(1, 2**levels)
    left: Fraction = min(u // cell, 2**levels - 1) * cell
    right = left + cell
    return left**2 + (u - left) * (right**2 - left**2) / cell


@given(st.integers(0, 2**12), st.integers(1, 6))
def test_the_square_of_relu_joins_points_of_the_parabola(numerator: int, levels: int) -> None:
    u = Fraction(numerator, 2**12)
    found = relu_square(levels)(torch.tensor(float(u)).double().reshape(1, 1, 1, 1))
    assert Fraction(found.item()) == between_points(u, levels)


@given(st.integers(0, 2**10), st.integers(0, 2**10), st.integers(1, 5))
def test_the_product_of_relu_is_of_three_such_squares(a: int, b: int, levels: int) -> None:
    x, y = Fraction(a, 2**10), Fraction(b, 2**10)
    pair = torch.tensor([float(x), float(y)]).double().reshape(1, 2, 1, 1)
    f = [between_points(u, levels) for u in ((x + y) / 2, x, y)]
    found = Fraction(relu_multiplier(levels)(pair).item())
    assert found == 2 * f[0] - f[1] / 2 - f[2] / 2
    assert abs(found - x * y) <= Fraction(1, 2 ** (2 * levels + 1))


@pytest.mark.parametrize("levels", [1, 2, 5])
def test_no_point_is_further_off_than_those_of_the_grid(levels: int) -> None:
    anywhere = torch.rand(1, 2, 200, 200, generator=generator(0, Stream.DATA)).double()
    errors = [
        (relu_multiplier(levels)(pairs) - pairs.prod(dim=1, keepdim=True)).abs().max().item()
        for pairs in (grid(levels), anywhere)
    ]
    assert errors[1] <= errors[0] == 2.0 ** (-2 * levels - 1)


def test_the_network_is_of_convolutions_and_relu_only() -> None:
    for levels in (1, 3):
        network = relu_multiplier(levels)
        hidden = [layer for layer in network if isinstance(layer, nn.Conv2d)]
        assert [layer.out_channels for layer in hidden] == [12] * levels + [1]
        assert sum(isinstance(layer, nn.ReLU) for layer in network) == levels
        assert len(network) == 2 * levels + 1
        assert all(layer.kernel_size == (1, 1) for layer in hidden)


def test_weights_are_counted_where_they_are_not_zero() -> None:
    assert non_zero(by_hand(with_log_and_exp(1e-4, 1))) == 2
    assert non_zero(square_multiplier()) == 6


def test_two_squares_multiply() -> None:
    pairs = torch.randn(3, 2, 4, 4, generator=generator(0, Stream.DATA)).double()
    torch.testing.assert_close(square_multiplier()(pairs), pairs.prod(dim=1, keepdim=True))


def test_derivatives_are_those_of_the_functions() -> None:
    assert derivatives(torch.exp) == pytest.approx((1, 1))
    assert derivatives(nn.functional.softplus) == pytest.approx((1 / 4, -1 / 8))
    t = tanh(0.5)
    second = -2 * t * (1 - t**2)
    assert derivatives(SMOOTH["tanh with an offset"])[0] == pytest.approx(second)


def test_the_gate_of_exp_is_of_two_hyperbolic_sines() -> None:
    u, v = torch.rand(2, 50, generator=generator(0, Stream.DATA)).double()
    for scale in (1.0, 0.1):
        expected = (scale * u).sinh() * (scale * v).sinh() / scale**2
        torch.testing.assert_close(gate(torch.exp, 1.0, scale, u, v), expected)


@pytest.mark.parametrize("name", SMOOTH)
def test_the_law_of_the_gate_is_approached_as_the_square_of_the_scale(name: str) -> None:
    function, (u, v) = SMOOTH[name], middles(100)
    curvature, _ = derivatives(function)
    ratios = [
        float(root_mean_square(gate(function, curvature, scale, u, v), u * v))
        / law_of_gate(function, scale)
        for scale in (0.1, 0.05)
    ]
    off = [abs(ratio - 1) for ratio in ratios]
    assert off[1] < 0.01 and off[1] < 0.5 * off[0]


def test_the_published_errors_of_the_gate_come_out() -> None:
    u, v = middles(200)
    for scale, error in ((0.125, 1.0883e-3), (0.0078, 4.245e-6)):
        found = float(root_mean_square(gate(torch.exp, 1.0, scale, u, v), u * v))
        assert found == pytest.approx(error, rel=0.01)


def test_trained_networks_have_their_layers_and_their_products() -> None:
    network = trainable(12, 6)
    assert sum(isinstance(layer, nn.ReLU) for layer in network.modules()) == 6
    data = squares(generator(0, Stream.DATA), 100)
    assert network(data.x).shape == data.y.shape and data.x.max() > 99
    torch.testing.assert_close(data.y[:, 0], data.x[:, 0] * data.x[:, 1])


@pytest.mark.long
def test_the_claims_see_another_construction_and_a_network_that_learns_it(tmp_path: Path) -> None:
    planned = lab.plan("approximation", quick=True)
    measured = lab.run(planned, root=tmp_path).measurements
    claims = {claim.id: claim for claim in planned.claims}

    def outcome(claim: str, quantity: str, value: float, **factors: object) -> Outcome:
        """What the claim says where that quantity of that row is another."""
        broken = replace(measured, rows=list(measured.rows))
        for place, row in enumerate(broken.rows):
            if quantity in row.quantities and factors.items() <= row.factors.items():
                others = {**row.quantities, quantity: exactly(value)}
                broken.rows[place] = replace(row, quantities=others)
        return claims[claim].check(broken, planned.settings).outcome

    product = "largest error of the product"
    assert outcome("C216o1", product, 2.0**-7, **{"layers by hand": 4}) is Outcome.REFUTED
    assert outcome("C216", product, 0.0, **{"layers by hand": 10}) is Outcome.REFUTED
    missed = "products of whole numbers that are missed"
    assert outcome("C216o4", missed, 1.0, units="two squares") is Outcome.REFUTED
    assert outcome("C216o4", missed, 0.0, units="two absolute values") is Outcome.INVALID
    rms = "root mean square error"
    learned = {"layers": 6, "width": 12, "arm": "trained"}
    assert outcome("C216o5", rms, 1e-5, **learned) is not Outcome.HOLDS
