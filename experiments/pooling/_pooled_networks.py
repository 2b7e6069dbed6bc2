"""Networks that pool: one layer and a window over all for two tasks, two layers for digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from convlab.data import load, split
from convlab.measure import Sample
from convlab.probes.answers import accuracy
from convlab.settings import Training
from convlab.streams import Data, Draw, Stream
from convlab.train import Build, Networks
from convlab.workbench import Workbench

from ._pooled import AVERAGE, MAX, NONE
from ._pooling_names import ALL, EVERY_SECOND

ASKED = 0.2  # of the digits are held out
DIGIT = 8  # pixels
KERNEL = 5  # pixels, of the one layer


def one_layer(arm: str, channels: int) -> nn.Sequential:
    """A convolution, a pool over the whole map, and two classes."""
    pool = nn.AdaptiveMaxPool2d(1) if arm == MAX else nn.AdaptiveAvgPool2d(1)
    head = nn.Flatten(), nn.Linear(channels, 2)
    return nn.Sequential(nn.Conv2d(1, channels, KERNEL), nn.ReLU(), pool, *head)


def two_layers(arms: Sequence[str], channels: int) -> nn.Sequential:
    """Two convolutions of 3 x 3 that keep the size, what comes behind each, and 10 classes."""
    layers: list[nn.Module] = []
    inputs, side = 1, DIGIT
    for outputs, arm in zip((channels, 2 * channels), arms, strict=True):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), reduction(arm)]
        inputs, side = outputs, 1 if arm == ALL else side if arm == NONE else side // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(inputs * side**2, 10))


def reduction(arm: str) -> nn.Module:
    """Windows of 2 x 2 pixels, or all of them, made one."""
    arms: dict[str, Callable[[], nn.Module]] = {
        NONE: nn.Identity,
        MAX: partial(nn.MaxPool2d, 2),
        AVERAGE: partial(nn.AvgPool2d, 2),
        EVERY_SECOND: partial(nn.MaxPool2d, 1, stride=2),
        ALL: partial(nn.AdaptiveAvgPool2d, 1),
    }
    return arms[arm]()


def learn(
    workbench: Workbench,
    name: str,
    build: Build,
    draw: Draw,
    *,
    seeds: int,
    training: Training,
) -> Sample:
    """The accuracy (%) on new images of networks that have learned others of the same draw."""
    networks = workbench.fit(name, build, draw, cross_entropy, seeds=seeds, training=training)
    return networks.score(share_right, draw, "mean")


def known_digits(generator: Generator) -> Data:
    """The training digits of a seed's split, the first that it draws."""
    train, _ = split(load("digits"), generator, ASKED)
    return Data(train.x, train.y)


def learn_digits(
    workbench: Workbench,
    name: str,
    arms: Sequence[str],
    *,
    channels: int,
    seeds: int,
    training: Training,
) -> Sample:
    """The accuracy (%) on held-out digits of networks that have learned the others."""
    networks = workbench.fit(
        name,
        partial(two_layers, arms, channels),
        known_digits,
        cross_entropy,
        seeds=seeds,
        training=training,
    )
    return of_held_out(networks, workbench)


def of_held_out(networks: Networks, workbench: Workbench) -> Sample:
    """Each seed has a split of its own; splits of the same digits overlap."""
    tests = [
        split(load("digits"), workbench.generator(Stream.DATA, seed), ASKED)[1]
        for seed in range(len(networks.losses))
    ]
    x, y = torch.stack([each.x for each in tests]), torch.stack([each.y for each in tests])
    right = accuracy(networks.predict(x, own=True), y)
    values = right.masked_fill(networks.diverged.cpu(), torch.nan).tolist()
    return Sample(tuple(values), "mean", "weights and data", ASKED / (1 - ASKED))


def share_right(logits: Tensor, y: Tensor) -> Tensor:
    """In percent, of one network's logits (N, K)."""
    return accuracy(logits[None], y)[0]
