"""Networks of two layers for digits on a canvas, with shared kernels or kernels per position."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from torch import nn

from convlab.layers import LocallyConnected2d
from convlab.models import Head, flat_head, maximum_head, mlp

from ._canvas import CLASSES, SIDE

Builder = Callable[[int], nn.Module]  # builds a network from its number of channels
HALF = (SIDE // 2, SIDE // 2)  # outputs of the first layer: it has stride 2


def convolutions(
    head: Head, channels: int, padding: Literal["circular", "zeros"] = "circular"
) -> nn.Module:
    """Two convolutions, with the same kernel at every position."""
    first = nn.Conv2d(1, channels, 2, stride=2)
    second = nn.Conv2d(channels, 2 * channels, 3, padding=1, padding_mode=padding)
    return _stack(first, second, head(2 * channels, HALF, CLASSES))


def pooled_convolutions(channels: int) -> nn.Module:
    """`convolutions` with the maximum of each map; the second layer draws its weights first."""
    second = nn.Conv2d(channels, 2 * channels, 3, padding=1, padding_mode="circular")
    first = nn.Conv2d(1, channels, 2, stride=2)
    return _stack(first, second, maximum_head(2 * channels, HALF, CLASSES))


def local_layers(head: Head, channels: int) -> nn.Module:
    """The same layers, with a kernel of its own for each position."""
    first = LocallyConnected2d(1, channels, SIDE, 2, 2)
    second = LocallyConnected2d(
        channels, 2 * channels, HALF, 3, padding=1, padding_mode="circular"
    )
    return _stack(first, second, head(2 * channels, HALF, CLASSES))


def flat_head_after_maxima(channels: int, size: tuple[int, int], classes: int) -> nn.Module:
    """`flat_head` on the maxima of 2 x 2 positions."""
    half = size[0] // 2, size[1] // 2
    return nn.Sequential(nn.MaxPool2d(2), flat_head(channels, half, classes))


def perceptron(channels: int) -> nn.Module:
    """One hidden layer, of 16 units for each channel that the others would have."""
    return mlp((1, SIDE, SIDE), CLASSES, 16 * channels)


def _stack(first: nn.Module, second: nn.Module, head: nn.Module) -> nn.Module:
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), head)
