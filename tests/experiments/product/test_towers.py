"""Tests of towers: the map x → exp(g x) and its law, random stacks, and the trained ones."""

from dataclasses import replace
from math import e, exp, inf, log, pi, sqrt
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from convlab import lab
from convlab.measure import Outcome, Sample
from convlab.streams import Stream, generator
from experiments.product._tower_study import products
from experiments.product._towers import (
    BLOCKS,
    blocks_to_overflow,
    deep,
    depth_of_wide,
    depth_survived,
    first_to_overflow,
    fixed_point,
    halving,
    last_two,
    law_of_overflow,
)


def counted(gain: float, largest: float) -> int:
    """The blocks until an overflow, by plain Python: where z > log(largest), exp(z) is one."""
    x, blocks = 1.0, 0
    while (z := gain * x) < log(largest):
        x, blocks = exp(z), blocks + 1
    return blocks + 1


@given(st.floats(0.375, 5))
def test_overflows_are_counted_as_a_plain_loop_counts_them(gain: float) -> None:
    (found,) = blocks_to_overflow([gain], torch.float64, 100)
    assert found == counted(gain, torch.finfo(torch.float64).max)


def test_the_published_counts_come_out() -> None:
    found = blocks_to_overflow([0.37, 0.40, 0.50, 1.0, 0.36], torch.float32, 500)
    assert found == [58, 15, 7, 4, inf]
    laws = [law_of_overflow(gain) for gain in (0.37, 0.40, 0.50, 1.0)]
    assert laws == pytest.approx([58.5, 15.0, 7.4, 3.4], abs=0.05)


def test_the_law_is_the_time_through_the_narrow_place() -> None:
    """π / √(ab) is the integral of 1 / (a + b y²), here by sums; a and b as y grows from x = e."""
    a, b = e**2 * 0.01, 1 / (2 * e)
    steps = (torch.arange(4_000_001, dtype=torch.float64) - 2_000_000) / 200
    integral = float((1 / (a + b * steps**2)).sum() / 200) + 2 / (b * 10_000)
    assert integral == pytest.approx(law_of_overflow(1 / e + 0.01), rel=1e-4)
    assert pi / sqrt(a * b) == pytest.approx(integral, rel=1e-4)


def test_a_constant_image_follows_the_map() -> None:
    """The post's block on a constant image, with circular padding: kernels of the sum g."""
    conv = nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular", bias=False).double()
    with torch.no_grad():
        conv.weight *= 0.36 / conv.weight.sum()
        x = torch.ones(1, 1, 5, 5, dtype=torch.float64)
        for _ in range(500):
            x = conv(x).exp()
    assert x.flatten().tolist() == pytest.approx([2.23912] * 25, abs=1e-5)


def test_the_fixed_point_solves_its_equation() -> None:
    for gain in (-2.6, -1, 0.3, 0.36):
        x = fixed_point(gain)
        assert x == pytest.approx(exp(gain * x), rel=1e-12)
        assert last_two(gain, 5000) == pytest.approx((x, x), rel=1e-9)
    assert fixed_point(0.3) == pytest.approx(1.63134, abs=1e-5)


def test_the_threshold_is_found_between_two_gains() -> None:
    assert first_to_overflow(0.3, 0.45, 151, 2000) == pytest.approx(0.368, abs=1e-9)
    assert first_to_overflow(0.3, 0.45, 151, 10) > 0.43  # too few blocks would not tell


def test_a_stack_survives_until_a_number_is_too_large() -> None:
    scene = torch.full((1, 2, 4, 4), 2.0)
    draws = [generator(seed, Stream.WEIGHTS) for seed in range(20)]
    depths = [depth_survived(BLOCKS["exp"], scene, 16, 8, draw) for draw in draws]
    assert min(depths) < 8 and all(depth >= 1 for depth in depths)
    for arm in ("log-exp", "relu", "tanh"):
        assert depth_survived(BLOCKS[arm], scene, 16, 8, generator(0, Stream.WEIGHTS)) == 8
    hot = torch.full((1, 2, 4, 4), 1e4)  # exp of it overflows, or is 0, at once
    assert depth_survived(BLOCKS["exp"], hot, 16, 1, generator(0, Stream.WEIGHTS)) == 0


def test_log_blocks_are_linear_in_the_logarithms() -> None:
    x, kernels, bias = torch.rand(1, 2, 4, 4) + 1, torch.randn(3, 2, 1, 1), torch.zeros(3)
    expected = nn.functional.conv2d((x + 1e-4).log(), kernels)
    torch.testing.assert_close(BLOCKS["log-exp"](x, kernels, bias).log(), expected)


def test_wide_layers_have_a_threshold_between_the_gains() -> None:
    low, high = depth_of_wide([0.2, 0.6], 256, 12, generator(0, Stream.WEIGHTS))
    assert low == 12 and high < 12


@pytest.mark.parametrize("arm", ["exp", "log-exp"])
def test_trained_stacks_have_their_blocks(arm: str) -> None:
    for network, blocks, numbers in ((halving(8, arm), 3, 8), (deep(8, arm), 8, 2)):
        assert len([*network.children()]) == blocks
        data = products(numbers, generator(0, Stream.DATA))
        assert network(data.x[:5]).shape == data.y[:5].shape == (5, 1)
        torch.testing.assert_close(data.y[:, 0], data.x.log().sum(dim=1).exp())


def test_a_halving_stack_with_logs_can_multiply() -> None:
    network, data = halving(8, "log-exp"), products(8, generator(0, Stream.DATA))
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, nn.Linear):
                outputs, inputs = layer.weight.shape
                layer.weight.copy_(torch.eye(outputs).repeat_interleave(inputs // outputs, dim=1))
                layer.bias.zero_()
        torch.testing.assert_close(network(data.x), data.y, rtol=1e-2, atol=0)


@pytest.mark.long
def test_the_claims_see_a_wrong_law_and_a_control_that_fails(tmp_path: Path) -> None:
    planned = lab.plan("towers", quick=True)
    measured = lab.run(planned, root=tmp_path).measurements
    claims = {claim.id: claim for claim in planned.claims}

    def outcome(claim: str, quantity: str, values: Sample, **factors: object) -> Outcome:
        """What the claim says where that quantity of that row is another."""
        broken = replace(measured, rows=list(measured.rows))
        for place, row in enumerate(broken.rows):
            if quantity in row.quantities and factors.items() <= row.factors.items():
                others = {**row.quantities, quantity: values}
                broken.rows[place] = replace(row, quantities=others)
        return claims[claim].check(broken, planned.settings).outcome

    stacks = "stacks that overflow (share)"
    none, all_ = (Sample((share,) * 100, "proportion", "weights") for share in (0.0, 1.0))
    exact = Sample((60.0,), "exact")
    assert outcome("C215o1", "float32 overflows (blocks)", exact, gain=0.37) is Outcome.REFUTED
    assert outcome("C215r", "last change", exact, gain=0.36) is Outcome.INVALID
    assert outcome("C215", stacks, all_, arm="relu", blocks=8) is not Outcome.HOLDS
    assert outcome("C215o5", stacks, none, blocks=8) is not Outcome.HOLDS  # its control fails
