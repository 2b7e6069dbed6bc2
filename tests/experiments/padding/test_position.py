"""Tests of experiments/position: twins that start as one, and what can and cannot tell a pair."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from convlab import lab
from convlab.lab import catalogue
from convlab.layers import LocallyConnected2d
from convlab.train import Networks
from experiments.padding._halves import SIDE, logits, pairs, small_digits

position = lab.load(catalogue.experiments()["position"])


@pytest.fixture(scope="module")
def some_pairs() -> Tensor:
    drawn = torch.Generator().manual_seed(0)
    x, _ = pairs(small_digits(drawn)[1][:12], drawn)
    return x


def seeded(build: Callable[..., nn.Sequential], **options: bool) -> nn.Sequential:
    torch.manual_seed(0)
    return build(3, **options)


def exact(network: nn.Module, x: Tensor) -> Tensor:
    """The logits (2, N, 2) of one network."""
    state = {name: tensor.detach()[None] for name, tensor in network.state_dict().items()}
    answers: Tensor = logits(Networks(network, state, torch.zeros(1, 1)), x)
    return answers[0]


@pytest.mark.parametrize("flat", [False, True])
def test_twins_start_as_the_same_network(flat: bool, some_pairs: Tensor) -> None:
    tied, untied = (seeded(build, flat=flat) for build in (position.circular, position.local))
    assert sum(isinstance(layer, LocallyConnected2d) for layer in untied) == 2
    assert torch.equal(exact(tied, some_pairs), exact(untied, some_pairs))
    torch.testing.assert_close(tied(some_pairs[0]), untied(some_pairs[0]))


def test_the_pooled_circular_network_gives_both_of_a_pair_the_same_logits(
    some_pairs: Tensor,
) -> None:
    upper, lower = exact(seeded(position.circular), some_pairs)
    assert torch.equal(upper, lower)
    assert len(upper.unique(dim=0)) > 1  # and not because it gives the same to everything


def test_the_flattened_network_does_not(some_pairs: Tensor) -> None:
    upper, lower = exact(seeded(position.circular, flat=True), some_pairs)
    assert (upper != lower).all()


def test_one_kernel_of_its_own_is_enough_to_tell(some_pairs: Tensor) -> None:
    network = seeded(position.local)
    with torch.no_grad():
        network[0].get_parameter("weight")[:, :, : SIDE // 2] *= 2  # the kernels of the top half
    upper, lower = exact(network, some_pairs)
    assert (upper != lower).any(dim=-1).all()
