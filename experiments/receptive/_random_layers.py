"""Stacks of random convolutions, and how strongly their one output answers to each pixel."""

from collections.abc import Callable
from math import sqrt

import torch
from torch import Generator, Tensor, nn

from convlab.probes.receptive import effective_field

from ._effective_names import AMPLITUDE, ENERGY, EQUAL, KERNEL, RELU, SKIPS, field

POWERS = {AMPLITUDE: 1, ENERGY: 2}


def summed(
    arm: str, of: str, layers: int, channels: int, draws: int, generator: Generator
) -> Tensor:
    """The field of so many networks, added up: one network's energy is far from its mean.

    Each looks at an image as large as its receptive field, so that no border cuts it off.
    """
    side = field(layers)
    total = torch.zeros(side, side, dtype=torch.float64)
    for _ in range(draws):
        network = _stack(arm, layers, channels, generator)
        x = torch.randn(1, 1, side, side, generator=generator)
        total += effective_field(network, x.to(next(network.parameters())), power=POWERS[of])
    return total


def _stack(arm: str, layers: int, channels: int, generator: Generator) -> nn.Module:
    if arm == EQUAL:
        return nn.Sequential(*(_equal() for _ in range(layers)))
    first = _random(1, channels, generator, gain=1)
    gain = 2 if arm == RELU else 1  # a ReLU lets half of the energy through
    others = (_random(channels, channels, generator, gain=gain) for _ in range(layers - 1))
    wraps: dict[str, Callable[[nn.Module], nn.Module]] = {RELU: _behind_relu, SKIPS: _Skip}
    return nn.Sequential(first, *map(wraps.get(arm, nn.Sequential), others))


def _equal() -> nn.Module:
    """In float64, where their fields are exact to 1e-9."""
    layer = nn.Conv2d(1, 1, KERNEL, bias=False, dtype=torch.float64)
    nn.init.constant_(layer.weight, 1 / KERNEL**2)
    return layer


def _random(inputs: int, outputs: int, generator: Generator, gain: float) -> nn.Module:
    """Normal weights of mean 0, so large that an output varies as much as an input."""
    layer = nn.Conv2d(inputs, outputs, KERNEL, bias=False)
    deviation = sqrt(gain / (inputs * KERNEL**2))
    drawn = torch.randn(layer.weight.shape, generator=generator)
    layer.weight = nn.Parameter(deviation * drawn)
    return layer


def _behind_relu(layer: nn.Module) -> nn.Module:
    return nn.Sequential(nn.ReLU(), layer)


class _Skip(nn.Module):
    """A layer whose input is added to its output, where both have a pixel."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        kept = x[..., 1:-1, 1:-1]
        moved: Tensor = (kept + self.layer(x)) / sqrt(2)
        return moved
