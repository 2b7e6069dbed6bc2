"""Counting: what convlab, torchinfo, fvcore and torch itself count, and how long it takes."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

import torch
from torch import Tensor, nn

from convlab.cost import cost
from convlab.cost.network import multiply_adds_run
from convlab.cost.peers import PEERS, PeerCount, peer_counts
from convlab.measure import Measurements, exactly
from convlab.models import MODELS
from tests.benchmarks.race import OURS, Race

COUNTED = "multiply-adds per sample, as counted by each"
TIMED = "time to count"
SHAPE, CLASSES, WIDTH = (3, 32, 32), 10, 16


class Capsules(nn.Module):
    """Predictions by a matrix for each pair of capsules, and three rounds of routing."""

    def __init__(self, inputs: int, outputs: int, features: int, depth: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs, features, depth))

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(2).mT.reshape(len(x), -1, self.weight.shape[2])
        predicted = torch.einsum("bid,ijdk->bijk", x, self.weight)
        chosen, logits = predicted.mean(1), predicted.new_zeros(predicted.shape[:-1])
        for _ in range(2):
            logits = logits + torch.einsum("bijk,bjk->bij", predicted, chosen)
            chosen = torch.einsum("bij,bijk->bjk", logits.softmax(-1), predicted)
        lengths: Tensor = chosen.norm(dim=-1)
        return lengths


class Residual(nn.Module):
    """Two convolutions beside the way that goes around them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        conv = partial(nn.Conv2d, channels, channels, 3, padding=1, bias=False)
        self.first, self.norm, self.second = conv(), nn.BatchNorm2d(channels), conv()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.second(self.norm(self.first(x)).relu())
        return x + y


def capsule() -> nn.Module:
    primary = nn.Conv2d(3, 32, 9, stride=4)
    return nn.Sequential(primary, nn.ReLU(), Capsules(6 * 6 * 32 // 8, CLASSES, 8, 16))


def residual() -> nn.Module:
    blocks = [Residual(WIDTH) for _ in range(8)]
    pooled = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(WIDTH, CLASSES)
    return nn.Sequential(nn.Conv2d(3, WIDTH, 3, padding=1), *blocks, *pooled)


def transformer() -> nn.Module:
    layer = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, batch_first=True)
    return nn.Sequential(nn.Flatten(2), nn.Linear(1024, 32), nn.TransformerEncoder(layer, 2))


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    **{name: partial(build, SHAPE, CLASSES, WIDTH) for name, build in MODELS.items()},
    "capsule": capsule,
    "residual": residual,
    "transformer": transformer,
}


def measure(bench: Measurements) -> None:
    for name, build in NETWORKS.items():
        add_counts(bench, name, build(), torch.zeros(2, *SHAPE))
    for name, build in NETWORKS.items():
        Race({"network": name}, contenders(build(), torch.zeros(2, *SHAPE)), GOALS).run(
            bench, TIMED
        )
    bench.notes.append(
        "convlab counts by layer, names what it cannot count, and finds the bytes kept for the "
        "backward pass; torch's counter is FlopCounterMode, over 2"
    )


def add_counts(bench: Measurements, name: str, network: nn.Module, x: Tensor) -> None:
    """A row of counts; what a peer counts otherwise is explained in a note, with its amount."""
    ours = cost(network, x)
    counts: dict[str, float] = {
        OURS: ours.multiply_adds,
        "effective": ours.effective_multiply_adds,
    }
    peers = peer_counts(network, x, ours) if any(map(find_spec, PEERS)) else ()
    counts |= {peer.peer: peer.multiply_adds for peer in peers if peer.multiply_adds is not None}
    counts["torch"] = multiply_adds_run(partial(network, x)) / len(x)
    bench.add(COUNTED, {"network": name}, {who: exactly(count) for who, count in counts.items()})
    notes = {peer.peer: peer.failure or differences(peer) for peer in peers}
    bench.notes += [f"{name}, {peer}: {note}" for peer, note in notes.items() if note]


def differences(peer: PeerCount) -> str:
    """By reason, with the sum over the layers."""
    amounts: defaultdict[str, float] = defaultdict(float)
    for layer in peer.layers:
        amounts[layer.reason] += layer.difference
    return "; ".join(f"{n:+,.10g} {reason}" for reason, n in amounts.items() if reason)


def contenders(network: nn.Module, x: Tensor) -> dict[str, Callable[[], object]]:
    ways: dict[str, Callable[[], object]] = {
        OURS: partial(cost, network, x),
        "torch": partial(multiply_adds_run, partial(network, x)),
    }
    return ways | {
        peer: partial(TOTALS[peer], network, x)
        for peer in PEERS
        if find_spec(peer) and runs(TOTALS[peer], network, x)
    }


def torchinfo(network: nn.Module, x: Tensor) -> object:
    import torchinfo

    summary = torchinfo.summary(network, input_data=x, device=x.device, mode="train", verbose=0)
    return summary.total_mult_adds


def fvcore(network: nn.Module, x: Tensor) -> object:
    with warnings.catch_warnings(action="ignore"):
        from fvcore.nn import FlopCountAnalysis

        counter = FlopCountAnalysis(network, x)
        return counter.unsupported_ops_warnings(False).uncalled_modules_warnings(False).total()


def runs(total: Callable[[nn.Module, Tensor], object], network: nn.Module, x: Tensor) -> bool:
    try:
        total(network, x)
    except RuntimeError:
        return False
    return True


TOTALS = {"torchinfo": torchinfo, "fvcore": fvcore}
GOALS = {"fvcore": 1.0}  # torchinfo looks at layers alone, torch's counter at nothing but products
