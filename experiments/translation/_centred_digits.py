"""Networks that learn digits in the middle of a canvas, and digits that are then moved."""

from __future__ import annotations

from functools import partial

import torch
from torch import Generator, Tensor
from torch.nn.functional import cross_entropy

from convlab.data import load, split
from convlab.data.canvas import digits_on_canvas
from convlab.measure import Sample
from convlab.streams import Data, Stream
from convlab.train import Networks
from convlab.workbench import Workbench

from ._consistency_names import ARMS, EVERYWHERE, HALF, Learning
from ._grid import REACH
from ._halving import SIDE, network
from ._under_shifts import in_the_middle

WHITE = 4.0  # digits cover little of a canvas: brighter ones train the first layer sooner
SHIFTS = [(0, 0)] + [
    shift
    for distance in range(1, REACH + 1)
    for shift in ((0, distance), (0, -distance), (distance, 0), (-distance, 0))
]
OVERLAP = 0.25  # held-out digits per digit trained on


def learn(workbench: Workbench, arm: str, settings: Learning) -> Networks:
    """The arm's networks, one per seed."""
    half = settings.training.model_copy(update={"steps": max(1, settings.training.steps // 2)})
    return workbench.fit(
        arm,
        partial(network, ARMS[arm], settings.channels),
        everywhere if arm == EVERYWHERE else centred,
        cross_entropy,
        seeds=settings.seeds,
        training=half if arm == HALF else settings.training,
    )


def centred(generator: Generator) -> Data:
    """A seed's training digits. Its split is the first that it draws, as in `held_out`."""
    train, _ = split(load("digits"), generator)
    return Data(in_the_middle(WHITE * train.x), train.y)


def everywhere(generator: Generator) -> Data:
    """The same digits, each at four places of the canvas."""
    train, _ = split(load("digits"), generator)
    x = WHITE * train.x.repeat(4, 1, 1, 1)
    placed, _ = digits_on_canvas(x, SIDE, range(SIDE - x.shape[-1] + 1), generator)
    return Data(placed, train.y.repeat(4))


def held_out(workbench: Workbench, settings: Learning) -> Data:
    """Digits in the middle (S, N, 1, SIDE, SIDE), in float64, and their classes (S, N)."""
    drawn = []
    for seed in range(settings.seeds):
        _, test = split(load("digits"), workbench.generator(Stream.DATA, seed))
        order = torch.randperm(len(test.y), generator=workbench.generator(Stream.HELD_OUT, seed))
        chosen = order[: settings.tested_on]
        drawn.append((in_the_middle(WHITE * test.x[chosen]).double(), test.y[chosen]))
    x, y = (torch.stack(each) for each in zip(*drawn, strict=True))
    return Data(x, y)


def over_splits(values: Tensor) -> Sample:
    """Of a value (S,) for each seed; the seeds split the same digits."""
    return Sample(tuple(values.double().tolist()), "mean", "weights and data", OVERLAP)
