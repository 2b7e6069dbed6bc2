"""Tests of what torchinfo and fvcore count by layer, and of why `cost` counts otherwise."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from convlab.cost import cost, peers
from convlab.cost.peers import OTHER, PeerCount, peer_counts
from convlab.errors import UsageError
from convlab.layers import LocallyConnected2d
from convlab.models import MODELS

pytest.importorskip("torchinfo")
pytest.importorskip("fvcore")


BIASES = "counts biases as products"
ONCE = "counts parameters once per sample"
EVERYWHERE = "counts parameters at every position"
UNKNOWN = "does not know the operation"
ELEMENTWISE = "counts elementwise operations"

Found = dict[str, tuple[float, str]]  # by layer, where a peer counts otherwise


def counts(network: nn.Module, x: Tensor) -> tuple[PeerCount, ...]:
    return peer_counts(network, x, cost(network, x))


def found(network: nn.Module, *shape: int, **options: Any) -> dict[str, Found]:
    """By peer and layer the difference per sample and its reason; checks that none is left out."""
    x = torch.zeros(*shape, **options)
    ours, by_peer = cost(network, x), {}
    of_ours = {layer.name: layer.multiply_adds for layer in ours.layers}
    for peer in peer_counts(network, x, ours):
        assert peer.multiply_adds is not None, peer.failure
        more = peer.multiply_adds - ours.multiply_adds
        assert sum(layer.difference for layer in peer.layers) == pytest.approx(more)
        assert list(of_ours) == [layer.layer for layer in peer.layers][: len(of_ours)]
        for layer in peer.layers:
            assert layer.multiply_adds == of_ours.get(layer.layer, 0) + layer.difference
            assert bool(layer.difference) == bool(layer.reason)
        by_peer[peer.peer] = {
            layer.layer: (layer.difference, layer.reason)
            for layer in peer.layers
            if layer.difference
        }
    return by_peer


def test_torchinfo_counts_biases() -> None:
    conv = nn.Conv2d(2, 3, 3)
    biases = {"": (3 * 6 * 6, BIASES)}
    assert found(conv, 5, 2, 8, 8) == {"torchinfo": biases, "fvcore": {}}
    assert found(nn.Conv2d(2, 3, 3, bias=False), 5, 2, 8, 8) == {"torchinfo": {}, "fvcore": {}}


class Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        return x @ weight

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        raise NotImplementedError


class ByFunction(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(3, 4))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = Product.apply(x, self.weight)  # type: ignore[no-untyped-call]
        return y


def test_fvcore_does_not_look_into_a_function_of_autograd() -> None:
    assert found(ByFunction(), 2, 3)["fvcore"] == {"": (-12, UNKNOWN)}


def test_fvcore_looks_into_a_local_layer_and_rounds() -> None:
    local = LocallyConnected2d(3, 16, 32, 3, bias=None)
    all_of_it = cost(local, torch.zeros(2, 3, 32, 32)).multiply_adds
    assert abs(found(local, 2, 3, 32, 32)["fvcore"][""][0]) < 1e-3 * all_of_it


def test_torchinfo_takes_a_local_layer_for_a_convolution_by_its_name() -> None:
    class LocalConv(nn.Module):
        """The product of each position with a kernel of its own, written by a user."""

        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(36, 9, 4))

        def forward(self, x: Tensor) -> Tensor:
            patches = nn.functional.unfold(x, 3).permute(2, 0, 1)
            products = torch.bmm(patches, self.weight).permute(1, 2, 0)
            return torch.unflatten(products, 2, (6, 6))

    once = 36 * 9 * 4
    assert found(LocalConv(), 2, 1, 8, 8) == {
        "torchinfo": {"": (35 * once, EVERYWHERE)},
        "fvcore": {},
    }
    torchinfo, _ = counts(LocallyConnected2d(1, 4, 8, 3, bias=None), torch.zeros(2, 1, 8, 8))
    (layer,) = torchinfo.layers
    assert (torchinfo.multiply_adds, layer.difference, layer.reason) == (once, 0, "")


def test_torchinfo_takes_weights_once_per_sample() -> None:
    layer = nn.Linear(4, 3, bias=False)
    assert found(layer, 2, 7, 4)["torchinfo"] == {"": (-6 * 12, ONCE)}


class Own(nn.Module):
    """Products outside of any layer: one that both operations know, and one in place."""

    def forward(self, x: Tensor) -> Tensor:
        y = torch.bmm(x, x.mT)
        return y.baddbmm_(y, y)


def test_what_is_in_no_layer() -> None:
    first, second = 4 * 4 * 5, 4 * 4 * 4
    by_peer = found(nn.Sequential(Own(), nn.ReLU()), 3, 4, 5)
    assert by_peer["torchinfo"] == {"0": (-first - second, UNKNOWN)}
    assert by_peer["fvcore"] == {"0": (-second, UNKNOWN)}


def test_fvcore_counts_numbers_in_normalisation() -> None:
    network = nn.Sequential(nn.Conv1d(1, 2, 3, bias=False), nn.BatchNorm1d(2), nn.LayerNorm(6))
    by_peer = found(network, 3, 1, 8)
    assert {name: why for name, (_, why) in by_peer["fvcore"].items()} == {
        "1": ELEMENTWISE,
        "2": ELEMENTWISE,
    }
    assert by_peer["torchinfo"] == {"1": (4, ONCE), "2": (12, ONCE)}


def test_what_only_a_peer_counts_has_a_row_too() -> None:
    class Pooled(nn.Module):
        """A container that averages, which is no product, beside its layer."""

        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 2, 3, bias=False)

        def forward(self, x: Tensor) -> Tensor:
            return nn.functional.adaptive_avg_pool2d(self.conv(x), 1)

    assert found(Pooled(), 2, 1, 8, 8)["fvcore"] == {"": (2 * 6 * 6, ELEMENTWISE)}


def test_what_makes_a_weight_is_a_part_of_its_layer() -> None:
    class Product(nn.Module):
        def forward(self, weight: Tensor) -> Tensor:
            return weight @ weight.new_ones(4, 4)

    layer = nn.Sequential(nn.Linear(4, 5, bias=False))
    parametrize.register_parametrization(layer[0], "weight", Product())
    assert found(layer, 10, 4)["fvcore"] == {"0": (5 * 4 * 4 / 10, OTHER)}


SEQUENCES: dict[str, Callable[[], nn.Module]] = {
    "lstm": lambda: nn.LSTM(8, 6, batch_first=True, bidirectional=True),
    "gru": lambda: nn.GRU(8, 6, batch_first=True, num_layers=2),
    "transformer": lambda: nn.TransformerEncoderLayer(8, 2, 16, batch_first=True),
    "transformer, fused": lambda: nn.TransformerEncoderLayer(8, 2, 16, 0.0, batch_first=True),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_sequences_are_explained(name: str) -> None:
    for layers in found(SEQUENCES[name](), 3, 5, 8).values():
        assert layers and OTHER not in {why for _, why in layers.values()}


@pytest.mark.parametrize("name", ["linear", "mlp", "cnn"])
def test_the_named_models_are_explained(name: str) -> None:
    by_peer = found(MODELS[name]((3, 9, 8), 10, 4), 2, 3, 9, 8)
    assert {why for _, why in by_peer["torchinfo"].values()} == {BIASES}
    assert by_peer["fvcore"] == {}


def test_a_difference_that_no_rule_explains_has_no_reason() -> None:
    class Idle(nn.Module):
        """A product that nobody reads: tracing leaves it out."""

        def forward(self, x: Tensor) -> Tensor:
            x.mT @ x
            return x @ x.mT

    assert found(Idle(), 3, 4, 5)["fvcore"] == {"": (-5 * 5 * 4, OTHER)}


def test_two_uses_of_a_weight_in_one_call_count_once_for_torchinfo() -> None:
    class Twice(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(super().forward(x))

    assert found(Twice(3, 3), 2, 3) == {"torchinfo": {"": (3 - 9, ONCE)}, "fvcore": {}}


def test_fvcore_rounds_an_einsum_to_four_digits() -> None:
    class Capsules(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.einsum("bid,ijdk->bijk", x, x.new_ones(37, 3, 7, 11))

    exact = 2 * 37 * 3 * 7 * 11
    rounded = int(float(f"{2 * exact:.3e}") / 2)
    why = "rounds products of einsum to four digits"
    assert found(Capsules(), 2, 37, 7)["fvcore"] == {"": ((rounded - exact) / 2, why)}


def test_a_peer_that_fails_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(network: nn.Module, x: Tensor) -> peers.Counts:
        raise RuntimeError("no\nidea")

    monkeypatch.setitem(peers.PEERS, "fvcore", (fails, peers.PEERS["fvcore"][1]))
    _, fvcore = counts(nn.Linear(3, 3), torch.zeros(1, 3))
    assert fvcore == PeerCount("fvcore", failure="RuntimeError: no")


def test_without_peers_there_is_nothing_to_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="pip install torchinfo fvcore"):
        counts(nn.Linear(3, 3), torch.zeros(1, 3))


def test_a_cell_is_explained() -> None:
    pytest.importorskip("torchinfo")
    network, x = nn.Sequential(nn.LSTMCell(3, 4)), torch.zeros(2, 3)
    torchinfo = next(each for each in peer_counts(network, x, cost(network, x)))
    assert [layer.reason for layer in torchinfo.layers] == ["counts parameters once per feature"]
