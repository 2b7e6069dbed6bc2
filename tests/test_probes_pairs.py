"""Tests of convlab.probes.pairs: exact logits, and what is counted of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.func import stack_module_state

from convlab.probes.pairs import accuracy, apart, dyadic, logits
from convlab.train import Networks


def networks(*each: nn.Module) -> Networks:
    parameters, _ = stack_module_state(list(each))
    return Networks(each[0], parameters, torch.zeros(len(each), 1))


def exact(trained: Networks, pairs: Tensor) -> Tensor:
    return logits(replace(trained, state=dyadic(trained.state)).predict, pairs)


def of(values: list[list[list[float]]]) -> Tensor:
    """The logits (S, 2, N, 2) of networks whose margin for class 1 is given (S, 2, N)."""
    margin = torch.tensor(values)
    return torch.stack((torch.zeros_like(margin), margin), dim=-1)


def test_logits_are_those_of_each_network_with_rounded_weights() -> None:
    torch.manual_seed(0)
    layers = [nn.Linear(3, 2) for _ in range(4)]
    pairs = torch.randint(64, (2, 50, 3)) / 64  # more than are answered at once
    found = exact(networks(*layers), pairs)
    assert found.shape == (4, 2, 50, 2)
    for layer, answers in zip(layers, found, strict=True):
        weight, bias = ((256 * p.detach().double()).round() / 256 for p in layer.parameters())
        torch.testing.assert_close(answers, pairs.double() @ weight.T + bias, rtol=0, atol=0)


def test_logits_do_not_depend_on_the_order_of_their_sums() -> None:
    torch.manual_seed(0)
    layer, order = nn.Linear(1000, 2), torch.randperm(1000)
    permuted = nn.Linear(1000, 2)
    permuted.load_state_dict({"weight": layer.weight[:, order], "bias": layer.bias})
    x = torch.randint(65, (2, 7, 1000)) / 64
    assert torch.equal(exact(networks(layer), x), exact(networks(permuted), x[..., order]))
    assert not torch.equal(layer(x), permuted(x[..., order]))  # as those of float32 do


def test_accuracy_counts_firsts_of_class_0_and_seconds_of_class_1() -> None:
    margins = of([[[-1, -1, 1, 1], [1, -1, 1, -1]], [[-1] * 4, [1] * 4], [[1] * 4, [1] * 4]])
    assert accuracy(margins).tolist() == [50, 100, 50]


@pytest.mark.parametrize("step", [0.0, 0.5, -2.0])
def test_apart_is_the_greatest_difference_within_a_pair(step: float) -> None:
    first = torch.randn(3, 4, generator=torch.Generator().manual_seed(0)).round()
    second = first.clone()
    second[1, 2] += step
    found = apart(of(torch.stack((first, second), dim=1).tolist()))
    assert found == abs(step)
