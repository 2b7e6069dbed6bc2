"""Digits that networks learn in the lower half of a canvas and are tested on half a canvas above.

Each seed has a split, placements and held-out digits of its own. Images of S seeds are
(S, N, 1, SIDE, SIDE), with N digits each.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Generator, Tensor
from torch.nn.functional import cross_entropy

from convlab.data import Dataset, load, shift_images, split
from convlab.data.canvas import digits_on_canvas
from convlab.measure import Sample
from convlab.settings import Training
from convlab.streams import Data, Draw, Stream
from convlab.train import Networks, sample
from convlab.workbench import Workbench

from ._canvas import DIGIT, ROWS, SIDE, Learning
from ._canvas_networks import Builder

WHITE = 4.0  # digits cover little of a canvas: brighter ones train the first layer sooner


@dataclass(frozen=True)
class HeldOut:
    """Digits that a seed's network is not trained on, in the lower half and half a canvas above.

    In float64, so that sums of weights from `probes.exact` are exact.
    """

    below: Tensor  # (S, N, 1, SIDE, SIDE), as is `above`
    above: Tensor
    y: Tensor  # (S, N)


def held_out(workbench: Workbench, seeds: int) -> HeldOut:
    """Each of the seeds has the test digits of its split, on the lowest row, placed anew."""
    digits, drawn = load("digits"), []
    for seed in range(seeds):
        _, test = split(digits, workbench.generator(Stream.DATA, seed))
        drawn.append(place(test, 1, 1, workbench.generator(Stream.HELD_OUT, seed)))
    below, y = (torch.stack(each) for each in zip(*drawn, strict=True))
    return HeldOut(below.double(), lift(below.double()), y)


def training_digits(rows: int, placements: int) -> Draw:
    """A seed's training digits, each `placements` times on one of the lowest `rows` rows.

    The split is the first that a seed draws, so that `held_out` draws the same.
    """
    digits = load("digits")

    def draw(generator: Generator) -> Data:
        train, _ = split(digits, generator)
        return Data(*place(train, rows, placements, generator))

    return draw


def learn(
    workbench: Workbench,
    name: str,
    build: Builder,
    settings: Learning,
    *,
    rows: int = 1,
    training: Training | None = None,
) -> Networks:
    """Networks that have learned the digits on the lowest `rows` rows, one per seed."""
    return workbench.fit(
        name,
        partial(build, settings.channels),
        training_digits(rows, settings.placements),
        cross_entropy,
        seeds=settings.seeds,
        training=training or settings.training,
        keep=[0],
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


def mean_of_seeds(values: Tensor) -> Sample:
    """Of a value (S,) for each seed, which has weights and digits of its own."""
    return sample(values, "mean", "weights and data")


def lift(x: Tensor) -> Tensor:
    """The images half a canvas higher; what leaves at the top enters at the bottom."""
    return shift_images(x, -DIGIT, 0)
