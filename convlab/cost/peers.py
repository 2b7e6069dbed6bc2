"""What torchinfo and fvcore count for a network, by layer: peers that need not be installed."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn


@dataclass(frozen=True)
class Seen:
    """What a peer says of one layer and all in it, for the whole batch."""

    multiply_adds: int
    operations: Counter[str] = field(default_factory=Counter)  # the same by operation, if it says
    unknown: tuple[str, ...] = ()  # operations for which it has no rule

    def without(self, parts: Sequence[Seen]) -> Seen:
        """What is left of it without those that it contains."""
        operations = Counter(self.operations)
        for part in parts:
            operations.subtract(part.operations)
        left = {name: count for name, count in operations.items() if count}
        return Seen(
            self.multiply_adds - sum(part.multiply_adds for part in parts),
            Counter(left),
            tuple(name for name in self.unknown if not any(name in p.unknown for p in parts)),
        )


Peer = Callable[[nn.Module, Tensor], dict[str, Seen]]


def of_torchinfo(network: nn.Module, x: Tensor) -> dict[str, Seen]:
    """By the name of each layer; what itself has layers inside adds nothing to its total."""
    import torchinfo

    network = deepcopy(network)
    names = {layer: name for name, layer in network.named_modules()}
    mode = "train" if network.training else "eval"
    told = torchinfo.summary(network, input_data=x, device=x.device, mode=mode, verbose=0)
    counts: Counter[str] = Counter()
    for layer in told.summary_list:
        name = names[layer.module]
        for around in {name, *_around(name)}:
            counts[around] += layer.macs if layer.is_leaf_layer else 0
    assert counts[""] == told.total_mult_adds
    return {name: Seen(count) for name, count in counts.items()}


def _around(name: str) -> Iterator[str]:
    """The layers that a layer lies in: of `a.b.c` they are `a.b`, `a` and the network, ``."""
    while name:
        name = name.rpartition(".")[0]
        yield name


def of_fvcore(network: nn.Module, x: Tensor) -> dict[str, Seen]:
    """By the name of each layer; what it calls a FLOP is a multiply-add."""
    with warnings.catch_warnings(action="ignore"):  # it uses what torch has deprecated
        from fvcore.nn import FlopCountAnalysis

        told: Any = FlopCountAnalysis(deepcopy(network), x)
        told.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        told.tracer_warnings("none")
        return {
            name: Seen(round(counts.total()), counts, tuple(told.unsupported_ops(name)))
            for name, counts in told.by_module_and_operator().items()
        }


PEERS: dict[str, Peer] = {"torchinfo": of_torchinfo, "fvcore": of_fvcore}
