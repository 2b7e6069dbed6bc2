"""Networks that are asked where a digit is, and what they answer to pairs of images."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal

import torch
from torch import Generator, Tensor, nn

from ..data.halves import SIDE, labelled
from ..streams import Data, Draw
from . import answers

Padding = Literal["circular", "zeros"]
SLOPE = 0.25  # below zero: with ReLU, some networks lose all their units


def network(padding: Padding, depth: int, channels: int, flat: bool = False) -> nn.Sequential:
    """`depth` layers, and logits (N, 2) by every position (`flat`) or by the maximum over them."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise([1, *[channels] * depth]):
        layers.append(nn.Conv2d(inputs, outputs, 3, padding=1, padding_mode=padding))
        layers.append(nn.LeakyReLU(SLOPE))
    pooling = nn.Identity() if flat else nn.MaxPool2d(SIDE)
    features = channels * (SIDE**2 if flat else 1)
    return nn.Sequential(*layers, pooling, nn.Flatten(), nn.Linear(features, 2))


def labelled_pairs(digits: Tensor, count: int, *, wrong: bool = False) -> Draw:
    """Pairs of `count` digits with their labels, drawn anew by each seed."""

    def draw(generator: Generator) -> Data:
        return Data(*labelled(digits, count, generator, wrong=wrong))

    return draw


def logits(networks: Any, pairs: Tensor) -> Tensor:
    """(S, 2, N, K), exact, of S networks for pairs (2, N, ...)."""
    found = answers.exact_logits(networks, pairs.flatten(0, 1))
    return torch.unflatten(found, 1, pairs.shape[:2])


def accuracy(logits: Tensor) -> Tensor:
    """Right answers (S,) in percent, where firsts are of class 0 and seconds of class 1."""
    y = torch.arange(2).repeat_interleave(logits.shape[2])
    return answers.accuracy(logits.flatten(1, 2), y)


def apart(logits: Tensor) -> float:
    """The greatest difference within any pair: 0 if no network can tell one from the other."""
    return float(answers.apart(logits[:, 0], logits[:, 1]).max())
