"""Digits that networks learn in the lower half of a canvas and are tested on half a canvas above.

Images of S seeds are (S, N, 1, SIDE, SIDE), with N digits each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Generator, Tensor
from torch.nn.functional import cross_entropy

from convlab.data import Dataset, load, shift_images, split
from convlab.data.canvas import digits_on_canvas
from convlab.streams import Data, Draw, Stream, generator
from convlab.train import Networks
from convlab.workbench import Workbench

from ._canvas import DIGIT, ROWS, SIDE, Learning
from ._canvas_networks import Builder

WHITE = 4.0  # digits cover little of a canvas: brighter ones train the first layer sooner


@dataclass(frozen=True)
class LiftedDigits:
    """Digits to learn from, and others that each of S networks is tested on, below and above."""

    train: Dataset
    below: Tensor  # (S, N, 1, SIDE, SIDE), as is `above`
    above: Tensor
    y: Tensor  # (N,)

    def draw(self, rows: int, placements: int) -> Draw:
        """Each digit `placements` times on the lowest `rows` rows, placed anew by each seed."""

        def draw(generator: Generator) -> Data:
            return Data(*place(self.train, rows, placements, generator))

        return draw


def split_digits(seeds: int) -> LiftedDigits:
    """The same split for all seeds, with places of its own for each seed."""
    train, test = split(load("digits"), generator(0, Stream.SPLIT))
    generators = [generator(seed, Stream.HELD_OUT) for seed in range(seeds)]
    return LiftedDigits(train, *below_and_above(test, generators), test.y)


def learn(
    digits: LiftedDigits,
    workbench: Workbench,
    name: str,
    build: Builder,
    settings: Learning,
    rows: int = 1,
    keep: Sequence[int] = (),
) -> Networks:
    """Networks that have learned the digits on the lowest `rows` rows, one per seed."""
    return workbench.fit(
        name,
        partial(build, settings.channels),
        digits.draw(rows, settings.placements),
        cross_entropy,
        seeds=settings.seeds,
        training=settings.training,
        keep=keep,
    )


def place(
    digits: Dataset, rows: int, placements: int, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Each digit `placements` times, on one of the lowest `rows` rows, and its class.

    (N, 1, SIDE, SIDE) and (N,), where N counts placements.
    """
    x = WHITE * digits.x.repeat(placements, 1, 1, 1)
    canvas, _ = digits_on_canvas(x, SIDE, range(ROWS - rows, ROWS), generator)
    return canvas, digits.y.repeat(placements)


def lift(x: Tensor) -> Tensor:
    """The images half a canvas higher; what leaves at the top enters at the bottom."""
    return shift_images(x, -DIGIT, 0)


def below_and_above(digits: Dataset, generators: Iterable[Generator]) -> tuple[Tensor, Tensor]:
    """The digits on the lowest row, placed anew by each of S generators, and the same lifted.

    In float64, so that sums of weights from `probes.exact` are exact.
    """
    below = torch.stack([place(digits, 1, 1, each)[0] for each in generators]).double()
    return below, lift(below)
