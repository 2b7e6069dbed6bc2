"""Networks that learn digits in the middle of a canvas, and what they say of larger ones."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy, pad

from convlab.data import load, split
from convlab.measure import Sample, exactly
from convlab.probes.answers import accuracy, apart
from convlab.streams import Data, Stream
from convlab.train import Networks
from convlab.workbench import Workbench

from ._canvas_names import BIASLESS, LEARNED, MAXIMUM, MOVED, OFF, SCORE, Learning

HELD_OUT = 0.2  # of the digits
LEARNED_FROM = 1438  # the other digits, which each seed learns
WHITE = 8.0  # a mean over a canvas holds little of a digit: at 1, 400 steps left 26 % accuracy


def learn(arm: str, config: Learning, workbench: Workbench) -> Networks:
    return workbench.fit(
        arm,
        partial(network, arm, config.channels),
        training_digits,
        cross_entropy,
        seeds=config.seeds,
        training=config.training,
    )


def network(arm: str, channels: int) -> nn.Module:
    """Two convolutions of 3 x 3, a global mean or maximum, and a linear layer."""
    bias = arm != BIASLESS
    return nn.Sequential(
        convolution(1, channels, bias),
        nn.ReLU(),
        convolution(channels, channels, bias),
        nn.ReLU(),
        nn.AdaptiveMaxPool2d(1) if arm == MAXIMUM else nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(channels, 10, bias=bias),
    )


def convolution(inputs: int, outputs: int, bias: bool) -> nn.Conv2d:
    """Its first weights keep the size of the maps (He et al., 2015); by torch's it shrinks.

    The biases are as torch draws them.
    """
    layer = nn.Conv2d(inputs, outputs, 3, padding=1, bias=bias)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return layer


def training_digits(generator: Generator) -> Data:
    """The digits that a seed learns, by its first draw, on canvases."""
    train, _ = split(load("digits"), generator, HELD_OUT)
    return Data(on_canvas(train.x, LEARNED), train.y)


def held_out(workbench: Workbench, seeds: int, number: int) -> tuple[Tensor, Tensor]:
    """So many of the other digits of each seed, (S, N, 1, 8, 8), and their classes (S, N)."""
    drawn = []
    for seed in range(seeds):
        _, test = split(load("digits"), workbench.generator(Stream.DATA, seed), HELD_OUT)
        order = torch.randperm(len(test.y), generator=workbench.generator(Stream.HELD_OUT, seed))
        drawn.append((test.x[order[:number]], test.y[order[:number]]))
    x, y = (torch.stack(each) for each in zip(*drawn, strict=True))
    return x, y


def on_canvas(digits: Tensor, side: int) -> Tensor:
    """The digits (…, 8, 8), brightened, in the middle of black canvases (…, side, side)."""
    return pad(WHITE * digits, 4 * [(side - digits.shape[-1]) // 2])


def logits(networks: Networks, digits: Tensor, side: int) -> Tensor:
    """(S, N, 10), in float64: no rounding hides a law, or looks like a breach of one."""
    exact = replace(networks, state={name: t.double() for name, t in networks.state.items()})
    parts = digits.double().split(8, dim=1)
    return torch.cat([exact.predict(on_canvas(part, side), own=True) for part in parts], dim=1)


def compared(learned: Tensor, found: Tensor, y: Tensor, ratio: float) -> dict[str, Sample]:
    """How often the class is right, and how far logits are from those before, and from a share."""
    unit = learned.abs().max()
    scores = tuple(accuracy(found, y).tolist())
    overlap = y.shape[1] / LEARNED_FROM
    return {
        SCORE: Sample(scores, "mean", "weights and data", overlap),
        MOVED: exactly(float(apart(found, learned).max() / unit)),
        OFF: exactly(float(apart(found, ratio * learned).max() / unit)),
    }
