"""Digits that networks learn in the lower half of a canvas, and are asked for above."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Generator, Tensor, nn

from convlab.data import Dataset, load, split
from convlab.data.canvas import digits_on_canvas, shifted
from convlab.layers import LocallyConnected2d
from convlab.models import Head, mlp, strongest
from convlab.streams import Data, Draw, Stream, generator

DIGIT = 8  # pixels along a side
SIDE = 2 * DIGIT  # of the canvas
ROWS = SIDE - DIGIT + 1  # on which a digit can stand; on the lowest it fills the lower half
WHITE = 4.0  # digits cover little of a canvas: brighter ones train the first layer sooner


def placed(
    digits: Dataset, rows: int, placements: int, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Each digit `placements` times, on one of the lowest `rows` rows, and its class.

    (N, 1, SIDE, SIDE) and (N,), where N counts placements.
    """
    x = WHITE * digits.x.repeat(placements, 1, 1, 1)
    canvas, _ = digits_on_canvas(x, SIDE, range(ROWS - rows, ROWS), generator)
    return canvas, digits.y.repeat(placements)


def lifted(x: Tensor) -> Tensor:
    """The images half a canvas higher; what leaves at the top enters at the bottom."""
    return shifted(x, -DIGIT, 0)


def below_and_above(digits: Dataset, generators: Iterable[Generator]) -> tuple[Tensor, Tensor]:
    """The digits on the lowest row, placed anew by each of S generators, and lifted by half.

    Both are (S, N, 1, SIDE, SIDE), in float64 so that sums of `probes.equivariance.exact` weights
    are exact.
    """
    below = torch.stack([placed(digits, 1, 1, each)[0] for each in generators]).double()
    return below, lifted(below)


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
