"""Tests of what torchinfo and fvcore count, and of why it is not what `cost` counts."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from convlab.cost import comparison, cost, peers
from convlab.cost.comparison import comparisons
from convlab.cost.differences import UNEXPLAINED
from convlab.errors import UsageError
from convlab.layers import LocallyConnected2d
from convlab.models import MODELS

pytest.importorskip("torchinfo")
pytest.importorskip("fvcore")


def reasons(network: nn.Module, *shape: int, **options: Any) -> dict[str, dict[str, float]]:
    """By peer the differences per sample by reason, which together are all that there is."""
    x = torch.zeros(*shape, **options)
    spent, found = cost(network, x), {}
    for each in comparisons(network, x, spent):
        assert each.multiply_adds is not None, each.failure
        found[each.peer] = {reason.reason: reason.multiply_adds for reason in each.differences}
        more = each.multiply_adds - spent.multiply_adds
        assert sum(found[each.peer].values()) == pytest.approx(more)
    return found


def test_torchinfo_counts_biases() -> None:
    conv = nn.Conv2d(2, 3, 3)
    assert reasons(conv, 5, 2, 8, 8) == {
        "torchinfo": {"counts a bias as a product": 3 * 6 * 6},
        "fvcore": {},
    }
    assert reasons(nn.Conv2d(2, 3, 3, bias=False), 5, 2, 8, 8) == {"torchinfo": {}, "fvcore": {}}


def test_fvcore_does_not_look_into_a_function_of_autograd() -> None:
    local, x = LocallyConnected2d(3, 16, 32, 3, bias=None), torch.zeros(2, 3, 32, 32)
    spent = cost(local, x)
    _, fvcore = comparisons(local, x, spent)
    (difference,) = fvcore.differences
    assert difference.reason == "does not know prim::PythonOp.Output"
    assert difference.multiply_adds == -spent.multiply_adds


def test_torchinfo_takes_a_local_layer_for_a_convolution_by_its_name() -> None:
    class LocalConv(nn.Module):
        """The product of each position with a kernel of its own, written by a user."""

        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(36, 9, 4))

        def forward(self, x: Tensor) -> Tensor:
            patches = nn.functional.unfold(x, 3).permute(2, 0, 1)
            return torch.bmm(patches, self.weight).permute(1, 2, 0).unflatten(2, (6, 6))

    once = 36 * 9 * 4
    found = reasons(LocalConv(), 2, 1, 8, 8)
    name = "multiplies all weights by the number of positions, for a class called Conv"
    assert found == {"torchinfo": {name: 35 * once}, "fvcore": {}}
    local = LocallyConnected2d(1, 4, 8, 3, bias=None)
    x = torch.zeros(2, 1, 8, 8)
    torchinfo, _ = comparisons(local, x, cost(local, x))
    assert torchinfo.multiply_adds == once and torchinfo.differences == ()


def test_torchinfo_takes_weights_once_per_sample() -> None:
    found = reasons(nn.Linear(4, 3, bias=False), 2, 7, 4)["torchinfo"]
    assert [*found.values()] == [-6 * 12] and "several rows" in next(iter(found))


class Own(nn.Module):
    """Products outside of any layer: one that both operations know, and one in place."""

    def forward(self, x: Tensor) -> Tensor:
        y = torch.bmm(x, x.mT)
        return y.baddbmm_(y, y)


def test_what_is_in_no_layer() -> None:
    first, second = 4 * 4 * 5, 4 * 4 * 4
    found = reasons(nn.Sequential(Own(), nn.ReLU()), 3, 4, 5)
    assert [*found["torchinfo"].values()] == [-first - second]
    assert found["fvcore"] == {"does not know aten::baddbmm_": -second}


def test_fvcore_counts_numbers_in_normalisation() -> None:
    network = nn.Sequential(nn.Conv1d(1, 2, 3, bias=False), nn.BatchNorm1d(2), nn.LayerNorm(6))
    found = reasons(network, 3, 1, 8)["fvcore"]
    assert found.keys() == {"counts batch_norm by the number", "counts layer_norm by the number"}
    weights = reasons(network, 3, 1, 8)["torchinfo"]
    assert weights["counts a bias as a product"] == 2 + 6


SEQUENCES: dict[str, Callable[[], nn.Module]] = {
    "lstm": lambda: nn.LSTM(8, 6, batch_first=True, bidirectional=True),
    "gru": lambda: nn.GRU(8, 6, batch_first=True, num_layers=2),
    "transformer": lambda: nn.TransformerEncoderLayer(8, 2, 16, batch_first=True),
    "transformer, fused": lambda: nn.TransformerEncoderLayer(8, 2, 16, 0.0, batch_first=True),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_sequences_are_explained(name: str) -> None:
    for found in reasons(SEQUENCES[name](), 3, 5, 8).values():
        assert found and UNEXPLAINED not in found


@pytest.mark.parametrize("name", ["linear", "mlp", "cnn"])
def test_the_named_models_are_explained(name: str) -> None:
    for found in reasons(MODELS[name]((3, 9, 8), 10, 4), 2, 3, 9, 8).values():
        assert UNEXPLAINED not in found


def test_a_difference_that_no_reason_accounts_for_is_not_explained() -> None:
    class Idle(nn.Module):
        """A product that nobody reads: tracing leaves it out."""

        def forward(self, x: Tensor) -> Tensor:
            x.mT @ x
            return x @ x.mT

    found = reasons(Idle(), 3, 4, 5)
    assert found["fvcore"] == {UNEXPLAINED: -5 * 5 * 4}


def test_weights_of_a_class_that_torchinfo_does_not_know() -> None:
    class Twice(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(super().forward(x))

    found = reasons(Twice(3, 3), 2, 3)
    once = "counts each weight once, and no more, of a class that it does not know"
    assert found == {"torchinfo": {"counts a bias as a product": 3, once: -9}, "fvcore": {}}


def test_fvcore_rounds_an_einsum() -> None:
    class Capsules(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.einsum("bid,ijdk->bijk", x, x.new_ones(37, 3, 7, 11))

    found = reasons(Capsules(), 2, 37, 7)["fvcore"]
    exact = 2 * 37 * 3 * 7 * 11
    rounded = int(float(f"{2 * exact:.3e}") / 2)
    assert [*found.values()] == [(rounded - exact) / 2] and "four digits" in next(iter(found))


def test_a_peer_that_fails_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(network: nn.Module, x: Tensor) -> dict[str, peers.Seen]:
        raise RuntimeError("no\nidea")

    monkeypatch.setitem(peers.PEERS, "fvcore", fails)
    layer, x = nn.Linear(3, 3), torch.zeros(1, 3)
    _, fvcore = comparisons(layer, x, cost(layer, x))
    assert (fvcore.multiply_adds, fvcore.failure) == (None, "RuntimeError: no")


def test_without_peers_there_is_nothing_to_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "find_spec", lambda name: None)
    layer, x = nn.Linear(3, 3), torch.zeros(1, 3)
    with pytest.raises(UsageError, match="pip install torchinfo fvcore"):
        comparisons(layer, x, cost(layer, x))
