"""Tests of convlab.cost.trace: each product stands under the layer that made it, once."""

from collections.abc import Callable
from functools import partial
from math import prod

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.functional import conv2d
from torch.nn.utils import parametrizations, parametrize, prune

from convlab.cost import cost
from convlab.cost.network import multiply_adds_run


class Capsules(nn.Module):
    """Predictions u[b, i, j] = W[i, j] x[b, i], and routing of each i to the j that agree."""

    def __init__(self, inputs: int, outputs: int, features: int, depth: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs, features, depth))

    def forward(self, x: Tensor, rounds: int = 3) -> Tensor:
        predicted = torch.einsum("bid,ijdk->bijk", x, self.weight)
        logits = x.new_zeros(predicted.shape[:-1])
        for _ in range(rounds):
            chosen = torch.einsum("bij,bijk->bjk", logits.softmax(-1), predicted)
            logits = logits + torch.einsum("bijk,bjk->bij", predicted, chosen)
        return chosen


@settings(deadline=None, max_examples=30)
@given(*[st.integers(2, 5)] * 5)
def test_a_capsule_layer_is_its_products(
    samples: int, inputs: int, outputs: int, features: int, depth: int
) -> None:
    shape = inputs, outputs, features, depth
    network = nn.Sequential(nn.Linear(features, features, bias=False), Capsules(*shape))
    x = torch.zeros(samples, inputs, features)
    linear, capsules = cost(network, x).layers
    assert linear.multiply_adds == inputs * features**2
    assert capsules.multiply_adds == prod(shape) + 3 * 2 * inputs * outputs * depth
    assert (capsules.name, capsules.kind, capsules.ruled) == ("1", "Capsules", False)
    assert capsules.parameters == prod(shape) and capsules.shape == (samples, outputs, depth)
    assert set(capsules.operations) == {"aten.bmm"} and capsules.uncounted == ()
    counted = samples * (linear.multiply_adds + capsules.multiply_adds)
    assert multiply_adds_run(partial(network, x)) == counted


def test_a_capsule_layer_written_as_a_product_sum_is_not_zero_in_silence() -> None:
    class Summed(Capsules):
        def forward(self, x: Tensor, rounds: int = 3) -> Tensor:
            return (x[:, :, None, :, None] * self.weight).sum(3)

    spent = cost(Summed(4, 3, 2, 5), torch.zeros(2, 4, 2))
    assert (spent.multiply_adds, spent.uncounted) == (0, ("Summed: aten.mul",))


class Mixed(nn.Module):
    """Products of its own before, between and after those of its layers."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.kernel = nn.Conv2d(1, 1, 3), nn.Parameter(torch.ones(1, 1, 2, 2))

    def forward(self, x: Tensor) -> Tensor:
        y = conv2d(self.layer(x @ x), self.kernel, padding=1)
        product: Tensor = self.layer(y) @ y.mT[..., :6, :]
        return product


def test_what_a_network_multiplies_itself_is_beside_its_layers() -> None:
    x = torch.ones(2, 1, 9, 9)
    own, layer = cost(Mixed(), x).layers
    assert own.operations == {"aten.bmm": 9**3 + 6 * 6 * 8, "aten.convolution": 8 * 8 * 4}
    assert own.effective_multiply_adds == own.multiply_adds - (8 * 8 * 4 - 14 * 14)
    assert (layer.multiply_adds, layer.calls) == ((7 * 7 + 6 * 6) * 9, 2)
    assert own.parameters == 4 and layer.parameters == 10
    total = 2 * (own.multiply_adds + layer.multiply_adds)
    assert multiply_adds_run(partial(Mixed(), x)) == total


def test_a_subclass_that_does_more_has_no_rule() -> None:
    class LowRank(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x) + x @ x.new_ones(6, 2) @ x.new_ones(2, 5)

    layer, x = LowRank(6, 5), torch.zeros(3, 6)
    assert cost(layer, x).multiply_adds == 6 * 5 + 6 * 2 + 2 * 5
    assert multiply_adds_run(partial(layer, x)) == 3 * cost(layer, x).multiply_adds


def test_what_makes_a_weight_is_executed() -> None:
    class Product(nn.Module):
        def forward(self, weight: Tensor) -> Tensor:
            return weight @ weight.new_ones(4, 4)

    layer, x = nn.Linear(4, 5), torch.zeros(10, 4)
    parametrize.register_parametrization(layer, "weight", Product())
    spent = cost(layer, x)
    assert spent.multiply_adds == 4 * 5
    assert spent.executed_multiply_adds == 4 * 5 + 5 * 4 * 4 // 10
    assert multiply_adds_run(partial(layer, x)) == 10 * 4 * 5 + 5 * 4 * 4


def test_a_hook_of_the_user_is_seen() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Identity())
    network[1].register_forward_pre_hook(lambda layer, inputs: (inputs[0] @ inputs[0].T,))
    network[1].register_forward_hook(lambda layer, inputs, y: y @ y)
    _, second = cost(network, torch.zeros(4, 3, 2)).layers
    assert second.multiply_adds == (4 * 4 * 6 + 4 * 4 * 4) // 4


def test_shared_layers_in_two_places_are_one_row() -> None:
    shared = nn.Linear(3, 3)
    network = nn.Sequential(shared, nn.Sequential(nn.Tanh(), shared))
    rows = cost(network, torch.zeros(2, 3)).layers
    assert [(row.name, row.calls, row.multiply_adds) for row in rows] == [
        ("0", 2, 18),
        ("1.0", 1, 0),
    ]


def test_a_transformer_is_counted_with_its_fused_kernels() -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    x = torch.zeros(3, 5, 8)
    spent = cost(layer, x)
    assert spent.multiply_adds == 5 * (4 * 8 * 8 + 2 * 8 * 16) + 2 * 5 * 5 * 8
    assert {each.partition(":")[0] for each in spent.uncounted} == {"LayerNorm"}
    assert spent.executed_multiply_adds == spent.multiply_adds
    with torch.inference_mode():  # where torch hands composite operations down whole
        assert cost(layer, x).multiply_adds == spent.multiply_adds


@pytest.mark.parametrize("samples", [1, 3])
def test_spectral_norm_is_not_hidden(samples: int) -> None:
    layer = parametrizations.spectral_norm(nn.Linear(4, 5))
    spent = cost(layer, torch.zeros(samples, 4))
    assert spent.multiply_adds == 20
    assert spent.executed_multiply_adds is None or spent.executed_multiply_adds > 20


MADE: dict[str, Callable[[nn.Module], nn.Module]] = {
    "spectral": lambda layer: parametrizations.spectral_norm(layer),
    "weight": lambda layer: parametrizations.weight_norm(layer),
    "orthogonal": lambda layer: parametrizations.orthogonal(layer),
    "old spectral": lambda layer: nn.utils.spectral_norm(layer),
    "old weight": lambda layer: nn.utils.weight_norm(layer),
    "pruned": lambda layer: prune.l1_unstructured(layer, "weight", 3),
}


@pytest.mark.filterwarnings("ignore")  # of the old ones
@pytest.mark.parametrize("name", MADE)
def test_what_makes_a_weight_is_named(name: str) -> None:
    network = nn.Sequential(MADE[name](nn.Linear(4, 5)), nn.Linear(5, 2))
    spent = cost(network, torch.zeros(10, 4))
    assert spent.multiply_adds == 4 * 5 + 5 * 2
    first, second = (layer.uncounted for layer in spent.layers)
    assert first and all(each.endswith(" of its weights") for each in first)
    assert second == ()


def test_what_a_hook_does_behind_a_layer_with_a_rule_is_counted() -> None:
    network = nn.Sequential(nn.Linear(4, 5))
    network[0].register_forward_hook(lambda layer, inputs, y: y @ torch.ones(5, 3))
    assert cost(network, torch.zeros(10, 4)).multiply_adds == 4 * 5 + 5 * 3


WAYS: dict[str, tuple[Callable[[Tensor], Tensor], str]] = {
    "item": (lambda x: x if x.sum().item() > 0 else -x, "aten._local_scalar_dense"),
    "truth": (lambda x: x if (x > 0).any() else -x, "aten._local_scalar_dense"),
    "places": (lambda x: x.flatten()[x.flatten() > 0], "aten.index"),
    "unique": (lambda x: x.unique(), "aten._unique2"),
    "numpy": (lambda x: x if x.detach().numpy().max() > 0 else -x, "Tensor.numpy"),
    "list": (lambda x: x if max(x.flatten().tolist()) > 0 else -x, "Tensor.tolist"),
}


@pytest.mark.parametrize("name", WAYS)
def test_a_way_that_depends_on_the_data_is_said(name: str) -> None:
    """Also where all else happens in a layer of the network."""
    function, operation = WAYS[name]

    class Choosing(nn.Module):
        def __init__(self, *layers: nn.Module) -> None:
            super().__init__()
            self.layers = nn.Sequential(*layers)

        def forward(self, x: Tensor) -> Tensor:
            return function(self.layers(x))

    for network in (Choosing(), Choosing(nn.Linear(3, 2))):
        assert f"Choosing: {operation}" in cost(network, torch.zeros(2, 3)).data_dependent
    assert cost(nn.Linear(3, 2), torch.zeros(2, 3)).data_dependent == ()


def test_a_table_of_places_depends_on_no_data() -> None:
    class Turned(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x[:, torch.tensor([2, 0, 1])]

    assert cost(Turned(), torch.zeros(2, 3)).data_dependent == ()
