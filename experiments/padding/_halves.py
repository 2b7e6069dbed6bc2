"""Pairs of images that differ in where a digit stands, and networks that must tell which half."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import avg_pool2d

from convlab.data.canvas import digits_on_canvas, shifted
from convlab.data.dataset import split
from convlab.data.sources import load
from convlab.probes import answers
from convlab.probes.exact import exact_logits
from convlab.streams import Data, Draw
from convlab.train import Networks

SIDE, DIGIT = 20, 4  # pixels
LOWEST = SIDE // 2 - DIGIT  # the last top row of a digit in the top half
GAPS = range(LOWEST // 2 + 1)  # pixels that can lie between a digit and the nearer border


def small_digits(generator: Generator) -> tuple[Tensor, Tensor]:
    """Handwritten digits (N, 1, 4, 4) to train on, and others to test on.

    Their pixels are means of four, and multiples of 1/64.
    """
    train, test = split(load("digits"), generator)
    return avg_pool2d(train.x, 8 // DIGIT), avg_pool2d(test.x, 8 // DIGIT)


def pairs(digits: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Each digit in the top half and half a canvas lower (2, N, 1, S, S), and its gap (N,).

    The upper image's gap to the upper border or the lower one's to the lower, the lesser of both.
    """
    upper, corner = digits_on_canvas(digits, SIDE, range(LOWEST + 1), generator)
    gap = torch.minimum(corner[:, 0], LOWEST - corner[:, 0])
    return torch.stack((upper, shifted(upper, SIDE // 2, 0))), gap


def labelled(
    digits: Tensor, count: int, generator: Generator, *, wrong: bool = False
) -> tuple[Tensor, Tensor]:
    """Pairs of `count` digits as images (2 count, 1, S, S), and labels: 0 above, 1 below.

    `wrong` labels half of the pairs inversely, so that position and label are uncorrelated.
    """
    chosen = torch.randperm(len(digits), generator=generator)[:count]
    x, _ = pairs(digits[chosen], generator)
    y = torch.tensor([[0], [1]]).repeat(1, len(chosen))
    if wrong:
        y[:, : len(chosen) // 2] = 1 - y[:, : len(chosen) // 2]
    return x.flatten(0, 1), y.flatten()


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


def logits(networks: Networks, pairs: Tensor) -> Tensor:
    """(S, 2, N, K), exact, of S networks for pairs (2, N, ...)."""
    found = exact_logits(networks, pairs.flatten(0, 1))
    return torch.unflatten(found, 1, pairs.shape[:2])


def accuracy(logits: Tensor) -> Tensor:
    """Right answers (S,) in percent, where firsts are of class 0 and seconds of class 1."""
    y = torch.arange(2).repeat_interleave(logits.shape[2])
    return answers.accuracy(logits.flatten(1, 2), y)


def apart(logits: Tensor) -> float:
    """The greatest difference within any pair: 0 if no network can tell one from the other."""
    return float(answers.apart(logits[:, 0], logits[:, 1]).max())
