"""What a network costs: parameters, multiply-adds and bytes, counted exactly and by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Any

from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from .memory import saved_bytes
from .multiply_adds import MultiplyAdds, rule

Tensors = tuple[Tensor, ...]


@dataclass(frozen=True)
class LayerCost:
    """One layer: its name in the network, its class, and what one sample costs in all its calls.

    Multiply-adds are rounded up where a layer is not called once per sample.
    """

    name: str
    kind: str
    parameters: int
    multiply_adds: int  # per sample, padding counted, no bias: the nominal number
    effective_multiply_adds: int  # of these, the ones that meet a real pixel


@dataclass(frozen=True)
class Cost:
    """What a network costs on an input; multiply-adds are per sample, bytes per batch."""

    layers: tuple[LayerCost, ...]
    parameters: int  # one that several layers share is counted once
    weight_bytes: int  # of the parameters
    saved_bytes: int  # kept for the backward pass: see `memory.saved_bytes`
    uncounted: tuple[str, ...]  # classes of layers, and operations of torch, without a rule

    @property
    def multiply_adds(self) -> int:
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def effective_multiply_adds(self) -> int:
        return sum(layer.effective_multiply_adds for layer in self.layers)


def cost(network: nn.Module, x: Tensor) -> Cost:
    """The cost of `network` on the batch x (N, ...): one forward pass, which leaves no trace.

    What has no rule in `multiply_adds` is named in `uncounted`: layers by their class, also those
    that only compare or add (activations, pooling), and products outside of any layer by their
    operation (`aten.mm`). On the meta device nothing is allocated and the numbers are the same.
    Raises ValueError for an empty batch.

        >>> import torch
        >>> spent = cost(nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU()), torch.zeros(2, 1, 10, 10))
        >>> spent.parameters, spent.multiply_adds, spent.uncounted
        (80, 4608, ('ReLU',))
    """
    if not len(x):
        raise ValueError(f"cost needs a sample to count for, but x has the shape {tuple(x.shape)}")
    with FlopCounterMode(display=False) as counter, ExitStack() as hooks:
        ledger = _Ledger(counter)
        for layer in dict.fromkeys(_outermost(network)):
            hooks.callback(layer.register_forward_pre_hook(ledger.enter).remove)
            hooks.callback(layer.register_forward_hook(ledger.leave, with_kwargs=True).remove)
        saved = saved_bytes(network, x)
    parameters = list(network.parameters())
    return Cost(
        layers=tuple(_layer_costs(network, ledger.work, len(x))),
        parameters=sum(p.numel() for p in parameters),
        weight_bytes=sum(p.numel() * p.element_size() for p in parameters),
        saved_bytes=saved,
        uncounted=tuple(dict.fromkeys([*ledger.unknown, *ledger.outside])),
    )


def multiply_adds_run(function: Callable[[], object]) -> int:
    """The multiply-adds that torch's own counter sees while `function()` runs, of all samples.

    Products of matrices and convolutions, forward and backward, with the zeros of the padding.

        >>> import torch
        >>> x = torch.zeros(5, 3)
        >>> multiply_adds_run(lambda: x @ x.T)
        75
    """
    with FlopCounterMode(display=False) as counter:
        function()
    return int(counter.get_total_flops()) // 2


@dataclass
class _Ledger:
    """Who computes in a forward pass: layers that a rule counts, and what none counts."""

    counter: FlopCounterMode
    work: dict[nn.Module, MultiplyAdds] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)  # classes of layers
    inside: Counter[str] = field(default_factory=Counter)  # operations of torch in any layer

    def enter(self, layer: nn.Module, inputs: Tensors) -> None:
        self.inside.subtract(self._operations)

    def leave(self, layer: nn.Module, inputs: Tensors, named: dict[str, Tensor], y: Any) -> None:
        self.inside.update(self._operations)
        count = rule(layer)
        if count is None:
            self.unknown.append(type(layer).__name__)
        else:
            x, *_ = [*inputs, *named.values()]
            self.work[layer] = self.work.get(layer, MultiplyAdds()) + count(layer, x, y)

    @property
    def outside(self) -> Counter[str]:
        return self._operations - self.inside

    @property
    def _operations(self) -> Counter[str]:
        counts = self.counter.get_flop_counts().get("Global", {})
        return Counter({str(operation): flops for operation, flops in counts.items()})


def _outermost(module: nn.Module) -> Iterator[nn.Module]:
    """The modules that a rule counts, as wholes, and those of the others without children."""
    if rule(module) or not list(module.children()):
        yield module
    else:
        for child in module.children():
            yield from _outermost(child)


def _layer_costs(
    network: nn.Module, work: dict[nn.Module, MultiplyAdds], samples: int
) -> Iterator[LayerCost]:
    names = {layer: name for name, layer in network.named_modules()}
    for layer, spent in work.items():
        yield LayerCost(
            name=names[layer],
            kind=type(layer).__name__,
            parameters=sum(p.numel() for p in layer.parameters()),
            multiply_adds=ceil(Fraction(spent.nominal, samples)),
            effective_multiply_adds=ceil(Fraction(spent.effective, samples)),
        )
