"""What a network costs: parameters, multiply-adds and bytes, counted exactly and by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class LayerCost:
    """One layer: its name in the network, its class, and what one sample costs in it."""

    name: str
    kind: str
    parameters: int
    multiply_adds: int  # per sample, padding counted, no bias: the nominal number


@dataclass(frozen=True)
class Cost:
    """What a network costs on an input; multiply-adds are per sample, bytes per batch."""

    layers: tuple[LayerCost, ...]
    parameters: int
    weight_bytes: int
    saved_bytes: int  # kept for the backward pass, parameters and the input itself left out
    uncounted: tuple[str, ...]  # the classes of layers that have no multiply-add to count

    @property
    def multiply_adds(self) -> int:
        return sum(layer.multiply_adds for layer in self.layers)


def cost(network: nn.Module, x: Tensor) -> Cost:
    """The cost of `network` on the batch x (N, ...): one forward pass, which is not kept."""
    layers: list[LayerCost] = []
    uncounted: list[str] = []

    def note(name: str, layer: nn.Module, output: Tensor) -> None:
        kind = type(layer).__name__
        if kind in MULTIPLY_ADDS:
            size = sum(p.numel() for p in layer.parameters())
            layers.append(LayerCost(name, kind, size, MULTIPLY_ADDS[kind](layer, output)))
        else:
            uncounted.append(kind)

    hooks = [
        layer.register_forward_hook(lambda m, _, out, name=name: note(name, m, out))
        for name, layer in network.named_modules()
        if not list(layer.children())
    ]
    try:
        saved = saved_bytes(network, x)
    finally:
        for hook in hooks:
            hook.remove()
    parameters = list(network.parameters())
    return Cost(
        layers=tuple(layers),
        parameters=sum(p.numel() for p in parameters),
        weight_bytes=sum(p.numel() * p.element_size() for p in parameters),
        saved_bytes=saved,
        uncounted=tuple(dict.fromkeys(uncounted)),
    )


def saved_bytes(network: nn.Module, x: Tensor) -> int:
    """Bytes that the forward pass keeps for the backward pass, each storage counted once."""
    own = {p.untyped_storage().data_ptr() for p in [*network.parameters(), x]}
    storages: dict[int, int] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            storages[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        output = network(x)
    del output  # it kept the storages alive, so that no address could be used twice
    return sum(storages.values())


def _linear(layer: Any, output: Tensor) -> int:
    return int(layer.in_features * output[0].numel())


def _convolution(layer: Any, output: Tensor) -> int:
    taps = layer.in_channels // layer.groups * prod(layer.kernel_size)
    return int(taps * output[0].numel())


MULTIPLY_ADDS: dict[str, Callable[[Any, Tensor], int]] = {
    "Linear": _linear,
    **{f"Conv{n}d": _convolution for n in (1, 2, 3)},
    **{f"LocallyConnected{n}d": _convolution for n in (1, 2, 3)},  # sharing saves none
}
