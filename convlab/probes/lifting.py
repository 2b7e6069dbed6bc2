"""Digits learned in the lower half of a canvas and asked for above: images and small networks.

The networks have a first layer of `channels`, of stride 2, a second with twice as many, and a
head: (N, 1, SIDE, SIDE) to (N, CLASSES).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from torch import Generator, Tensor, nn

from ..data import Dataset, load, split
from ..data.lifting import SIDE, below_and_above, placed
from ..layers import LocallyConnected2d
from ..models import Head, mlp, strongest
from ..streams import Data, Draw, Stream, generator

Sized = Callable[[int], nn.Module]  # what builds a network of so many channels
CLASSES = 10
HALF = (SIDE // 2, SIDE // 2)  # outputs of the first layer


@dataclass(frozen=True)
class Lifting:
    """Digits to learn from, and others that each of S networks is asked for, below and above."""

    train: Dataset
    below: Tensor  # (S, N, 1, SIDE, SIDE), as is `above`
    above: Tensor
    y: Tensor  # (N,)

    def draw(self, rows: int, placements: int) -> Draw:
        """Each digit `placements` times on the lowest `rows` rows, placed anew by each seed."""

        def draw(generator: Generator) -> Data:
            return Data(*placed(self.train, rows, placements, generator))

        return draw


def lifting(seeds: int) -> Lifting:
    """The same split for all seeds, with places of each one's own."""
    train, test = split(load("digits"), generator(0, Stream.SPLIT))
    places = [generator(seed, Stream.HELD_OUT) for seed in range(seeds)]
    return Lifting(train, *below_and_above(test, places), test.y)


def conv(
    head: Head, channels: int, padding: Literal["circular", "zeros"] = "circular"
) -> nn.Module:
    """Two convolutions."""
    first = nn.Conv2d(1, channels, 2, stride=2)
    second = nn.Conv2d(channels, 2 * channels, 3, padding=1, padding_mode=padding)
    return _stacked(first, second, head(2 * channels, HALF, CLASSES))


def shared(channels: int) -> nn.Module:
    """`conv` with the maximum of each map; its second layer draws its weights first."""
    second = nn.Conv2d(channels, 2 * channels, 3, padding=1, padding_mode="circular")
    first = nn.Conv2d(1, channels, 2, stride=2)
    return _stacked(first, second, strongest(2 * channels, HALF, CLASSES))


def local(head: Head, channels: int) -> nn.Module:
    """The same with kernels of their own at every position."""
    first = LocallyConnected2d(1, channels, SIDE, 2, 2)
    second = LocallyConnected2d(
        channels, 2 * channels, HALF, 3, padding=1, padding_mode="circular"
    )
    return _stacked(first, second, head(2 * channels, HALF, CLASSES))


def perceptron(channels: int) -> nn.Module:
    """One hidden layer, of 16 units for each channel that the others would have."""
    return mlp((1, SIDE, SIDE), CLASSES, 16 * channels)


def _stacked(first: nn.Module, second: nn.Module, head: nn.Module) -> nn.Module:
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), head)
