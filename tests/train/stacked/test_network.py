"""Tests of convlab.train.stacked: networks and losses of many seeds are those of each."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss
from torch.nn.utils.parametrize import register_parametrization

from convlab.layers import Exp, LocallyConnected2d
from convlab.streams import Batch
from convlab.train import norm
from convlab.train.stacked import forward_of, layers_by_vmap, losses_of, program_of
from convlab.train.stacked.states import named_tensors, skeleton, stack
from tests.train.stacked.alike import SEEDS, Built, close, networks


class Residual(nn.Module):
    """A layer of a user's own."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Conv2d(2, 2, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.inner(x).relu()
        return y


class Tied(nn.Module):
    """There and back by the same weight."""

    def __init__(self) -> None:
        super().__init__()
        self.there, self.back = nn.Linear(6, 6), nn.Linear(6, 6)
        self.back.weight = self.there.weight

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.back(self.there(x)).flatten(1)
        return y


class Doubled(nn.Module):
    """A parametrisation: the weight that is used is twice the one that is trained."""

    def forward(self, weight: Tensor) -> Tensor:
        return 2 * weight


def nested() -> nn.Module:
    features = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
    return nn.Sequential(features, Residual(), nn.Sequential(nn.Flatten(), nn.Linear(18, 3)))


def shared() -> nn.Module:
    """The same weight in two layers, and the same layer in two places."""
    first, second = nn.Linear(6, 6), nn.Linear(6, 6)
    second.weight = first.weight
    return nn.Sequential(first, nn.Tanh(), second, first, nn.Flatten())


def hooked() -> nn.Module:
    layer = nn.Linear(36, 3)
    layer.register_forward_hook(lambda layer, inputs, output: 2 * output)
    return nn.Sequential(nn.Flatten(), layer)


def parametrised() -> nn.Module:
    layer = register_parametrization(nn.Linear(36, 3), "weight", Doubled())
    return nn.Sequential(nn.Flatten(), layer)


def local() -> nn.Module:
    return nn.Sequential(LocallyConnected2d(1, 2, 6, 3), Exp(), nn.Flatten(), nn.Linear(32, 3))


def frozen() -> nn.Module:
    network = nested()
    network.get_submodule("0").requires_grad_(False)
    return network


NETWORKS = [nested, shared, Tied, hooked, parametrised, local, frozen]


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("build", NETWORKS)
def test_stacked_networks_are_those_networks(build: Built, own: bool) -> None:
    alone = networks(build)
    weights, forward = stack(alone, "cpu"), forward_of(skeleton(alone[0]))
    x = torch.randn(*((SEEDS,) if own else ()), 4, 1, 6, 6, dtype=torch.float64)
    outputs = forward(weights, x, own)
    expected = [network(x[seed] if own else x) for seed, network in enumerate(alone)]
    close(outputs, torch.stack(expected))
    outputs.square().sum().backward()
    sum(output.square().sum() for output in expected).backward()
    for name, weight in weights.items():
        each = [dict(named_tensors(network))[name].grad for network in alone]
        found = [None] * SEEDS if weight.grad is None else list(weight.grad)
        assert [one is None for one in found] == [one is None for one in each]
        close([one for one in found if one is not None], [one for one in each if one is not None])


def test_what_has_no_form_by_hand_is_named() -> None:
    assert layers_by_vmap(nested()) == {"1", "1.inner"}
    assert layers_by_vmap(Residual()) == {"", "inner"}
    assert layers_by_vmap(hooked()) == {"1"}
    assert "1" in layers_by_vmap(parametrised())
    assert layers_by_vmap(shared()) == set()
    assert layers_by_vmap(nn.Sequential(nn.MaxPool2d(2, return_indices=True))) == {"0"}


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize(
    ("loss", "outputs", "targets"),
    [
        (cross_entropy, (4, 5), "classes"),
        (cross_entropy, (4, 5), (4, 5)),
        (cross_entropy, (4, 5, 2), "classes"),
        (mse_loss, (4, 5), (4, 5)),
        (norm, (4, 1, 3, 3), (4, 1, 3, 3)),
        (norm, (4, 1), (4,)),
        (lambda output, y: (output - y).abs().sum(), (4, 5), (4, 5)),
    ],
)
def test_losses_are_those_of_each_network(
    loss: Any, outputs: tuple[int, ...], targets: Any, own: bool
) -> None:
    seeds = (SEEDS,) if own else ()
    out = torch.randn(SEEDS, *outputs, dtype=torch.float64)
    if targets == "classes":
        y = torch.randint(0, 5, (*seeds, 4, *outputs[2:]))
        y.view(-1)[0] = -100  # which is left out
    else:
        y = torch.rand(*seeds, *targets, dtype=torch.float64)
    expected = [loss(out[seed], y[seed] if own else y) for seed in range(SEEDS)]
    close(losses_of(loss)(out, y, own), torch.stack(expected))


def test_the_norm_has_the_gradients_of_torch_also_where_it_is_0() -> None:
    y = torch.randn(4, 1, 3, 3, dtype=torch.float64)
    out = torch.stack([y, y + 1, y - torch.rand_like(y)]).requires_grad_()
    losses = losses_of(norm)(out, y, False)
    (ours,) = torch.autograd.grad(losses.sum(), out)
    (theirs,) = torch.autograd.grad(torch.stack([norm(each, y) for each in out]).sum(), out)
    close(ours, theirs)
    assert not ours[0].any()


def test_a_network_that_is_not_a_number_poisons_no_other() -> None:
    def build() -> nn.Module:
        convolution = nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2)
        return nn.Sequential(*convolution, nn.Conv2d(2, 2, 2), nn.Flatten(), nn.Linear(2, 3))

    x, y = torch.randn(4, 1, 6, 6, dtype=torch.float64), torch.zeros(4, dtype=torch.int64)
    gradients = []
    for poison in (0.0, torch.nan):
        each = networks(build)
        each[1].get_parameter("0.weight").data += poison
        program = program_of(each, cross_entropy, "cpu")
        losses = program.losses(Batch(x, y, own=False))
        losses.backward(torch.ones_like(losses))
        found = [tensor.grad for tensor in program.tensors]
        gradients.append([gradient[::2] for gradient in found if gradient is not None])
    assert losses.isnan().tolist() == [False, True, False]
    close(*gradients)


def test_the_state_of_a_network_alone_has_an_axis_too() -> None:
    (alone,) = networks(nested, 1)
    program = program_of([alone], cross_entropy, "cpu")
    assert {name: tensor[0].shape for name, tensor in program.state().items()} == {
        name: tensor.shape for name, tensor in named_tensors(alone)
    }
    assert all(tensor.is_meta for _, tensor in named_tensors(program.skeleton))
