"""Tests of convlab.probes.pairs: exact logits, and what is counted of them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.func import stack_module_state

from convlab.train import Networks
from experiments.padding._halves import SIDE, accuracy, apart, labelled_pairs, logits, network


def networks(*each: nn.Module) -> Networks:
    parameters, _ = stack_module_state(list(each))
    return Networks(each[0], parameters, torch.zeros(len(each), 1))


def of(values: list[list[list[float]]]) -> Tensor:
    """The logits (S, 2, N, 2) of networks whose margin for class 1 is given (S, 2, N)."""
    margin = torch.tensor(values)
    return torch.stack((torch.zeros_like(margin), margin), dim=-1)


def test_logits_are_those_of_each_network_with_rounded_weights() -> None:
    torch.manual_seed(0)
    layers = [nn.Linear(3, 2) for _ in range(4)]
    pairs = torch.randint(64, (2, 50, 3)) / 64
    found = logits(networks(*layers), pairs)
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
    assert torch.equal(logits(networks(layer), x), logits(networks(permuted), x[..., order]))
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


@pytest.mark.parametrize("flat", [False, True])
def test_the_network_has_so_many_layers_and_two_answers(flat: bool) -> None:
    layers = network("zeros", 3, 5, flat)
    assert sum(isinstance(layer, nn.Conv2d) for layer in layers) == 3
    assert layers(torch.zeros(4, 1, SIDE, SIDE)).shape == (4, 2)
    assert layers[-1].in_features == (5 * SIDE**2 if flat else 5)


def test_labelled_pairs_are_drawn_anew_by_each_generator() -> None:
    digits = torch.rand(9, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    draw = labelled_pairs(digits, 6)
    first, again, other = (draw(torch.Generator().manual_seed(seed)).x for seed in (0, 0, 1))
    assert first.shape == (12, 1, SIDE, SIDE)
    assert torch.equal(first, again) and not torch.equal(first, other)
