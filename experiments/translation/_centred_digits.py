"""Networks that learn digits in the middle of a canvas, and digits that are then moved."""

from __future__ import annotations

from functools import partial

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from convlab.data import load, split
from convlab.data.canvas import digits_on_canvas
from convlab.measure import Sample
from convlab.streams import Data, Stream
from convlab.train import Networks
from convlab.workbench import Workbench

from ._consistency_names import PLACES, Arm, Learning
from ._grid import REACH, Cell
from ._halving import SIDE, network
from ._under_shifts import in_the_middle

WHITE = 4.0  # digits cover little of a canvas: brighter ones train the first layer sooner
SHIFTS = [(0, 0)] + [
    shift
    for distance in range(1, REACH + 1)
    for shift in ((0, distance), (0, -distance), (distance, 0), (-distance, 0))
]
OVERLAP = 0.25  # held-out digits per digit trained on


def learn(workbench: Workbench, name: str, arm: Arm, settings: Learning) -> Networks:
    """The arm's networks, one per seed."""
    steps = max(1, int(arm.steps * settings.training.steps))
    return workbench.fit(
        name,
        partial(begun, arm.cell, settings.channels),
        everywhere if arm.everywhere else centred,
        cross_entropy,
        seeds=settings.seeds,
        training=settings.training.model_copy(update={"steps": steps}),
    )


def begun(cell: Cell, channels: int) -> nn.Module:
    """Its first weights keep the size of the maps (He et al., 2015); by torch's it shrinks."""
    untrained = network(cell, channels)
    for layer in untrained:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return untrained


def centred(generator: Generator) -> Data:
    """A seed's training digits. Its split is the first that it draws, as in `held_out`."""
    train, _ = split(load("digits"), generator)
    return Data(in_the_middle(WHITE * train.x), train.y)


def everywhere(generator: Generator) -> Data:
    """The same digits, each at several places of the canvas."""
    train, _ = split(load("digits"), generator)
    x = WHITE * train.x.repeat(PLACES, 1, 1, 1)
    placed, _ = digits_on_canvas(x, SIDE, range(SIDE - x.shape[-1] + 1), generator)
    return Data(placed, train.y.repeat(PLACES))


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
