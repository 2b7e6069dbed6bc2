"""What torchinfo and fvcore count, layer by layer, beside ours: peers that need not be installed.

A difference gets a reason where a simple rule explains it to the last digit, else it is OTHER.
"""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from math import prod
from typing import Any

from torch import Tensor, nn

from ..errors import UsageError
from .network import Cost, LayerCost
from .rules import rule

OTHER = "other"
PRODUCTS = {"addmm", "bmm", "conv", "einsum", "linear", "matmul", "mm"}  # of fvcore's operations
Counts = dict[str, Counter[str]]  # multiply-adds of the batch by layer, without those inside of it


@dataclass(frozen=True)
class PeerLayer:
    """A peer's multiply-adds of one layer per sample, how many more than ours, and why."""

    layer: str
    multiply_adds: float
    difference: float
    reason: str  # empty where there is no difference


@dataclass(frozen=True)
class PeerCount:
    """A peer's multiply-adds per sample; its layers' differences add up to that of the whole."""

    peer: str
    multiply_adds: float | None = None  # None if it failed
    layers: tuple[PeerLayer, ...] = ()
    failure: str = ""


def peer_counts(network: nn.Module, x: Tensor, ours: Cost) -> tuple[PeerCount, ...]:
    """Of all PEERS that are installed; raises UsageError where none is."""
    installed = [peer for peer in PEERS if find_spec(peer)]
    if not installed:
        raise UsageError(
            f"nothing to compare with: neither {' nor '.join(PEERS)} is installed; "
            f"pip install {' '.join(PEERS)}"
        )
    return tuple(_peer_count(peer, network, x, ours) for peer in installed)


def _peer_count(peer: str, network: nn.Module, x: Tensor, ours: Cost) -> PeerCount:
    count, reason = PEERS[peer]
    try:
        counts = count(deepcopy(network), x)
    except Exception as error:  # what a peer cannot do is part of what there is to say
        message = f"{type(error).__name__}: {error}".strip().splitlines()[0]
        return PeerCount(peer, failure=message)
    total = Fraction(sum(each.total() for each in counts.values()), len(x))
    return PeerCount(peer, float(total), tuple(_layers(network, len(x), ours, counts, reason)))


def _layers(
    network: nn.Module, samples: int, cost: Cost, counts: Counts, reason: Reason
) -> Iterator[PeerLayer]:
    """Our layers in their order, then those where the peer alone counts something."""
    modules, rows = dict(network.named_modules()), {row.name: row for row in cost.layers}
    theirs: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, operations in counts.items():  # what lies in a layer with a rule is a part of it
        around = [outer for outer in (*_around(name), name) if rule(modules[outer])]
        theirs[[*around, name][0]].update(operations)
    for name in [*rows, *(name for name in theirs if theirs[name].total() and name not in rows)]:
        ours = rows.get(name) or LayerCost(name, type(modules[name]).__name__, 0, 0, 0, 0)
        count = Fraction(theirs[name].total(), samples)
        difference = count - ours.multiply_adds
        why = reason(modules[name], ours, theirs[name], samples) if difference else ""
        yield PeerLayer(name, float(count), float(difference), why)


def _around(name: str) -> list[str]:
    """The layers that a layer lies in, the outermost first: of `a.b`, the network `` and `a`."""
    words = name.split(".")
    return [".".join(words[:depth]) for depth in range(len(words))] if name else []


def _count_by_torchinfo(network: nn.Module, x: Tensor) -> Counts:
    """It multiplies the parameters of layers without parts by a factor that the class decides."""
    import torchinfo

    mode = "train" if network.training else "eval"
    summary = torchinfo.summary(network, input_data=x, device=x.device, mode=mode, verbose=0)
    names = {layer: name for name, layer in network.named_modules()}
    counts: Counts = {name: Counter() for name in names.values()}
    for layer in summary.summary_list:
        counts[names[layer.module]]["parameters"] += layer.macs if layer.is_leaf_layer else 0
    assert sum(each.total() for each in counts.values()) == summary.total_mult_adds
    return counts


def _count_by_fvcore(network: nn.Module, x: Tensor) -> Counts:
    """It counts by operation; what it calls a FLOP is a multiply-add."""
    with warnings.catch_warnings(action="ignore"):  # it uses what torch has deprecated
        from fvcore.nn import FlopCountAnalysis

        counter: Any = FlopCountAnalysis(network, x)
        counter.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        with_parts = counter.tracer_warnings("none").by_module_and_operator()
    rounded = {
        name: Counter({operation: round(n) for operation, n in each.items()})
        for name, each in with_parts.items()
    }
    counts = deepcopy(rounded)
    for name in rounded.keys() - {""}:
        counts[_around(name)[-1]].subtract(rounded[name])
    return counts


def _reason_of_torchinfo(
    layer: nn.Module, ours: LayerCost, theirs: Counter[str], samples: int
) -> str:
    """It counts all weights and biases of a layer equally often: a rule says how often."""
    if not theirs.total():
        return "does not know the operation"
    own = layer.named_parameters(recurse=False)
    sizes = {name: p.numel() for name, p in own if "weight" in name or "bias" in name}
    weights = sum(size for name, size in sizes.items() if "weight" in name)
    calls = samples * ours.calls
    rules: dict[str, Fraction | int] = {
        "counts biases as products": Fraction(samples * ours.multiply_adds, weights or 1),
        "counts parameters once per sample": calls,
        "counts parameters at every position": calls * prod((ours.shape or ())[2:]),
        "counts parameters once per feature": calls * (ours.shape or (0,))[-1],
    }
    exact = (why for why, times in rules.items() if times * sum(sizes.values()) == theirs.total())
    return next(exact, OTHER)


def _reason_of_fvcore(
    layer: nn.Module, ours: LayerCost, theirs: Counter[str], samples: int
) -> str:
    """It counts what elementwise operations compute, and does not see all products."""
    products = Fraction(sum(n for name, n in theirs.items() if name in PRODUCTS), samples)
    missing, of_each = ours.multiply_adds - products, ours.operations.values()
    if missing and theirs["einsum"] == _rounded(theirs["einsum"] + missing * samples):
        return "rounds products of einsum to four digits"
    if missing and missing not in (*of_each, sum(of_each)):
        return OTHER
    unknown = ["does not know the operation"] if missing else []
    numbers = ["counts elementwise operations"] if theirs.total() != products * samples else []
    return " and ".join([*unknown, *numbers])


def _rounded(multiply_adds: Fraction) -> int:
    """As numpy's report of an einsum's cost gives it, which is what fvcore reads."""
    return int(float(f"{float(2 * multiply_adds):.3e}") / 2)


Reason = Callable[[nn.Module, LayerCost, Counter[str], int], str]
PEERS: dict[str, tuple[Callable[[nn.Module, Tensor], Counts], Reason]] = {
    "torchinfo": (_count_by_torchinfo, _reason_of_torchinfo),
    "fvcore": (_count_by_fvcore, _reason_of_fvcore),
}
