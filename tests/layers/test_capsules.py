"""Tests of convlab.layers.capsules: loops of numbers, derivatives, precision, errors, seeds."""

from __future__ import annotations

import doctest
from math import exp, sqrt

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator, Tensor, nn
from torch.autograd import gradcheck, gradgradcheck
from torch.func import functional_call, stack_module_state, vmap
from torch.testing import assert_close

from convlab.layers import Capsules, Lengths, PrimaryCapsules, capsules, squash
from convlab.settings import Training
from convlab.streams import Data
from convlab.train import fit

family = settings(max_examples=30, deadline=None, derandomize=True)
sizes = st.integers(1, 4)


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=Generator().manual_seed(seed))


def squashed(s: list[float]) -> list[float]:
    square = sum(x * x for x in s)
    return [square / (1 + square) * x / sqrt(square) for x in s] if square else s


def routed(weight: Tensor, u: Tensor, rounds: int) -> list[list[float]]:
    """The procedure of the paper, number by number: weight (I, O, E, D) and u (I, D)."""
    inputs, outputs, features, _ = weight.shape
    W, given_ = weight.tolist(), u.tolist()
    predicted = [
        [
            [
                sum(w * x for w, x in zip(W[i][o][e], given_[i], strict=True))
                for e in range(features)
            ]
            for o in range(outputs)
        ]
        for i in range(inputs)
    ]
    b = [[0.0] * outputs for _ in range(inputs)]
    for last in [*[False] * rounds, True]:
        c = [[exp(x) / sum(map(exp, row)) for x in row] for row in b]
        v = [
            squashed(
                [sum(c[i][o] * predicted[i][o][e] for i in range(inputs)) for e in range(features)]
            )
            for o in range(outputs)
        ]
        if last:
            return v
        for i in range(inputs):
            for o in range(outputs):
                b[i][o] += sum(p * q for p, q in zip(predicted[i][o], v[o], strict=True))
    raise AssertionError


@family
@given(sizes, sizes, sizes, sizes, st.integers(0, 3))
def test_the_layer_is_a_loop_over_capsules(
    inputs: int, outputs: int, given_: int, features: int, rounds: int
) -> None:
    layer = Capsules(inputs, outputs, given_, features, rounds, dtype=torch.float64)
    layer.weight.data = drawn(*layer.weight.shape)
    u = drawn(3, inputs, given_, seed=1)
    expected = [routed(layer.weight, each, rounds) for each in u]
    assert_close(layer(u), torch.tensor(expected, dtype=torch.float64))
    assert_close(layer(u[0]), layer(u)[0])


def test_rounds_change_the_answer() -> None:
    """Else a layer that forgot to route would pass for one that routes."""
    u, weight = drawn(2, 5, 3), drawn(5, 4, 6, 3, seed=1)
    answers = []
    for rounds in (0, 1, 3):
        layer = Capsules(5, 4, 3, 6, rounds, dtype=torch.float64)
        layer.weight.data = weight
        answers.append(layer(u))
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert (answers[one] - answers[other]).abs().max() > 1e-3


def test_capsules_that_agree_win() -> None:
    """Two of three inputs predict one direction for output 0 and opposite ones for output 1."""
    predictions = torch.tensor([[[1.0, 0], [1, 0]], [[1, 0], [-1, 0]], [[0, 1], [0, 1]]])
    lengths = [capsules.route(predictions, rounds).norm(dim=-1) for rounds in (0, 3)]
    assert lengths[1][0] > lengths[0][0] and lengths[0][0] > lengths[0][1]


def test_squash_is_its_formula_and_keeps_directions() -> None:
    s = 3 * drawn(50, 4)
    expected = torch.tensor([squashed(row) for row in s.tolist()], dtype=torch.float64)
    assert_close(squash(s), expected)
    assert_close(nn.functional.cosine_similarity(squash(s), s), torch.ones(50).double())
    assert (squash(1e6 * s).norm(dim=-1) <= 1).all()


def test_squash_and_its_derivative_are_0_at_0() -> None:
    s = torch.zeros(2, 3, dtype=torch.float64, requires_grad=True)
    v = squash(s)
    v.sum().backward()
    assert torch.equal(v, torch.zeros(2, 3).double())
    assert s.grad is not None and torch.equal(s.grad, torch.zeros(2, 3).double())
    assert gradcheck(squash, torch.zeros(2, 3, dtype=torch.float64, requires_grad=True), atol=2e-6)


def test_a_network_of_zeros_has_no_nan_in_its_gradient() -> None:
    layer = nn.Sequential(PrimaryCapsules(2), Capsules(8, 3, 2, 4), Lengths())
    x = torch.zeros(2, 4, 2, 2, requires_grad=True)
    layer(x).sum().backward()
    assert x.grad is not None and torch.equal(x.grad, torch.zeros_like(x))


@pytest.mark.parametrize("rounds", [0, 1, 3])
def test_derivatives(rounds: int) -> None:
    layer = Capsules(3, 2, 2, 3, rounds, dtype=torch.float64)

    def call(u: Tensor, weight: Tensor) -> Tensor:
        answer: Tensor = functional_call(layer, {"weight": weight}, (u,))
        return answer

    arguments = drawn(2, 3, 2).requires_grad_(), drawn(3, 2, 3, 2, seed=1).requires_grad_()
    assert gradcheck(call, arguments)
    assert gradgradcheck(call, arguments, fast_mode=True)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype: torch.dtype) -> None:
    layer, u = Capsules(20, 3, 4, 5, 3), drawn(6, 20, 4).float()
    layer.weight.data = layer.weight.data.to(dtype).float()  # one rounding less to differ by
    u = u.to(dtype).float()
    expected = layer(u)
    answer = layer.to(dtype)(u.to(dtype))
    assert answer.dtype == dtype
    assert_close(answer.float(), expected, rtol=0, atol=0.05)
    long = torch.full((1, 4), 1000.0, dtype=dtype)  # whose square is no float16
    assert_close(squash(long).float(), torch.full((1, 4), 0.5), rtol=0, atol=0.01)


def test_lengths_of_numbers_whose_square_overflows() -> None:
    assert_close(squash(torch.tensor([[1e15, 0.0]])), torch.tensor([[1.0, 0.0]]))


def test_no_examples() -> None:
    layer = nn.Sequential(PrimaryCapsules(2), Capsules(8, 3, 2, 4), Lengths())
    assert layer(torch.zeros(0, 4, 2, 2)).shape == (0, 3)


@pytest.mark.parametrize("channels, features", [(6, 2), (6, 3), (6, 6), (4, 1)])
def test_primary_capsules_are_channels_at_a_position(channels: int, features: int) -> None:
    x = drawn(2, channels, 3, 5)
    seen = PrimaryCapsules(features)(x)
    assert seen.shape == (2, channels // features * 15, features)
    for n in range(2):
        for number, capsule in enumerate(seen[n]):
            kind, place = divmod(number, 15)
            row, column = divmod(place, 5)
            own = x[n, kind * features : (kind + 1) * features, row, column]
            assert_close(capsule.tolist(), squashed(own.tolist()))
    assert_close(PrimaryCapsules(features)(x[0]), seen[0])


def test_lengths() -> None:
    assert Lengths()(torch.tensor([[3.0, 4.0], [0.0, 0.0]])).tolist() == [5.0, 0.0]


def test_a_fresh_layer_keeps_the_mean_square_of_lengths() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layer = Capsules(200, 10, 8, 16, 0)
    u = drawn(300, 200, 8).float()
    s = torch.einsum("ioed,nid->noe", layer.weight.detach(), u) / 10
    assert float(s.square().sum(-1).mean() / u.square().sum(-1).mean()) == pytest.approx(
        1, abs=0.05
    )


NAMES = ("in_capsules", "out_capsules", "in_features", "out_features")


@pytest.mark.parametrize("name", NAMES)
def test_sizes_that_are_none(name: str) -> None:
    inputs, outputs, given_, features = (int(each != name) for each in NAMES)
    with pytest.raises(ValueError, match=f"{name} should be 1 or more, not 0"):
        Capsules(inputs, outputs, given_, features)


def test_errors_say_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"rounds should be 0 \(equal shares\) or more, not -1"):
        Capsules(2, 2, 2, 2, rounds=-1)
    with pytest.raises(ValueError, match=r"inputs \(N, 3, 2\), not \(1, 2, 3\): give as many"):
        Capsules(3, 2, 2, 4)(torch.zeros(1, 2, 3))
    with pytest.raises(ValueError, match="or make the layer for these"):
        Capsules(3, 2, 2, 4)(torch.zeros(1, 1, 3, 2))
    with pytest.raises(ValueError, match="features should be 1 or more, not 0"):
        PrimaryCapsules(0)
    with pytest.raises(ValueError, match=r"divisible by 4, .* is \(1, 6, 2, 2\): change"):
        PrimaryCapsules(4)(torch.zeros(1, 6, 2, 2))
    with pytest.raises(ValueError, match=r"is \(8, 2\)"):
        PrimaryCapsules(4)(torch.zeros(8, 2))


def test_what_is_shown() -> None:
    shown = "in_capsules=3, out_capsules=2, in_features=4, out_features=5, rounds=1"
    assert repr(Capsules(3, 2, 4, 5, 1)) == f"Capsules({shown})"
    assert repr(PrimaryCapsules(4)) == "PrimaryCapsules(features=4)"


@pytest.mark.parametrize("rounds", [0, 3])
def test_seeds_at_once_are_the_seeds_one_by_one(rounds: int) -> None:
    layers = [Capsules(5, 2, 3, 4, rounds, dtype=torch.float64) for _ in range(3)]
    state, _ = stack_module_state(layers)
    u = drawn(3, 6, 5, 3)
    together = vmap(lambda s, u: functional_call(layers[0], s, (u,)))(state, u)
    alone = torch.stack([layer(each) for layer, each in zip(layers, u, strict=True)])
    assert_close(together, alone)
    together.square().sum().backward()
    alone.square().sum().backward()
    stacked = state["weight"].grad
    assert stacked is not None
    for gradient, layer in zip(stacked, layers, strict=True):
        assert_close(gradient, layer.weight.grad)


def test_networks_of_capsules_are_trained_all_at_once() -> None:
    def build() -> nn.Module:
        return nn.Sequential(PrimaryCapsules(2), Capsules(8, 2, 2, 4), Lengths())

    data = Data(drawn(20, 4, 2, 2).float(), torch.arange(20) % 2)
    training = Training(steps=5, batch=10)
    loss = nn.functional.cross_entropy
    networks = fit(build, data, loss, seeds=4, training=training)
    assert not networks.notes and not networks.alone
    (alone,) = fit(build, data, loss, seeds=1, training=training, first_seed=2).losses
    assert_close(networks.losses[2], alone)


def test_the_examples_in_the_docstrings() -> None:
    tried = doctest.testmod(capsules, extraglobs={"torch": torch})
    assert tried.attempted and not tried.failed
