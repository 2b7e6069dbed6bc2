"""Networks and layers without training, of whole numbers, that see a shifted image in `shift`.

Weights are from -2 to 2 and pixels from 0 to 16: with kernels up to 7 x 7 and five layers a sum
is at most about 32 * 49 * (2 * 49 * CHANNELS)^4 = 6e14 in size, below 2^53: every sum is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import torch
from torch import Generator, Tensor, nn

from convlab.layers import LocallyConnected2d

from ._shift_names import (
    CHANNELS,
    CONVOLUTION,
    DENSE,
    LOCAL,
    PATCH,
    PLAIN,
    POOLING,
    STRIDE,
    Padding,
)

Layer = TypeVar("Layer", bound=nn.Module)


def network(
    padding: Padding, arm: str, kernel: int, depth: int, generator: Generator
) -> nn.Sequential:
    """From (N, 1, S, S) to (N, CHANNELS, S, S), or S / STEP: `depth` convolutions."""
    first, second = (ARMS[arm](inputs, kernel, padding) for inputs in (1, CHANNELS))
    layers = [*first, nn.ReLU(), *second]
    for _ in range(depth - 2):
        layers += [nn.ReLU(), *convolution(CHANNELS, kernel, padding)]
    return with_whole_weights(nn.Sequential(*layers), generator)


def convolution(inputs: int, kernel: int, padding: Padding, stride: int = 1) -> list[nn.Module]:
    return [nn.Conv2d(inputs, CHANNELS, kernel, stride, padding=kernel // 2, padding_mode=padding)]


def convolution_with_pooling(inputs: int, kernel: int, padding: Padding) -> list[nn.Module]:
    return [*convolution(inputs, kernel, padding), nn.MaxPool2d(2)]


ARMS: dict[str, Callable[[int, int, Padding], list[nn.Module]]] = {  # of the first two layers
    PLAIN: convolution,
    STRIDE: partial(convolution, stride=2),
    POOLING: convolution_with_pooling,
}


def single_layer(layer: str, kernel: int, generator: Generator) -> nn.Module:
    """From (N, 1, PATCH, PATCH) to a map (N, O, ...), without padding."""
    builds: dict[str, Callable[[], nn.Module]] = {
        CONVOLUTION: lambda: nn.Conv2d(1, CHANNELS, kernel),
        LOCAL: lambda: LocallyConnected2d(1, CHANNELS, PATCH, kernel),
        DENSE: _mlp,
    }
    return with_whole_weights(builds[layer](), generator)


def _mlp() -> nn.Module:
    """Its map has an output for every pixel, each of all hidden units."""
    pixels, hidden = PATCH**2, PATCH
    layers = nn.Linear(pixels, hidden), nn.ReLU(), nn.Linear(hidden, pixels)
    return nn.Sequential(nn.Flatten(), *layers, nn.Unflatten(1, (1, PATCH, PATCH)))


def with_whole_weights(layer: Layer, generator: Generator) -> Layer:
    """The layer itself, its weights now whole numbers from -2 to 2."""
    for parameter in layer.double().parameters():
        parameter.data = whole_numbers(parameter.shape, 4, generator) - 2
    return layer


def whole_numbers(shape: tuple[int, ...], most: int, generator: Generator) -> Tensor:
    """Whole numbers from 0 to `most`, in float64."""
    return torch.randint(most + 1, shape, generator=generator).double()
