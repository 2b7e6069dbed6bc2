"""Pairs of images that differ in where a digit stands, and networks that must tell which half."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import avg_pool2d

from convlab.data.canvas import digits_on_canvas, shift_images
from convlab.data.dataset import split
from convlab.data.sources import load
from convlab.measure import Sample, exactly
from convlab.probes.exact import exact_logits
from convlab.streams import Data
from convlab.train import Networks, sample

from ._half_names import ACCURACY, DIFFERENCE, Padding

SIDE, DIGIT = 20, 4  # pixels
LAST_ROW = SIDE // 2 - DIGIT  # the lowest row at which a digit in the top half can begin
GAPS = range(LAST_ROW // 2 + 1)  # pixels that can lie between a digit and the nearer border


def small_digits(generator: Generator) -> tuple[Tensor, Tensor]:
    """Handwritten digits (N, 1, 4, 4) to train on, and others to test on.

    Their pixels are means of four, and multiples of 1/64.
    """
    train, test = split(load("digits"), generator)
    return avg_pool2d(train.x, 8 // DIGIT), avg_pool2d(test.x, 8 // DIGIT)


def pairs(digits: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Each digit in the top half and half a canvas lower (2, N, 1, S, S), and its gap (N,).

    The gap (pixels) is the smaller of two: from the upper digit to the upper border, and from
    the lower digit to the lower border.
    """
    upper, corner = digits_on_canvas(digits, SIDE, range(LAST_ROW + 1), generator)
    gap = torch.minimum(corner[:, 0], LAST_ROW - corner[:, 0])
    return torch.stack((upper, shift_images(upper, SIDE // 2, 0))), gap


def lesson(count: int, generator: Generator, *, wrong: bool = False) -> Data:
    """`labelled_pairs` of the digits that the generator's split leaves for training."""
    train, _ = small_digits(generator)
    return labelled_pairs(train, count, generator, wrong=wrong)


def held_out(generators: Iterable[Generator]) -> tuple[Tensor, Tensor]:
    """For each seed the pairs (S, 2, N, 1, H, W) of its test digits, and their gaps (S, N).

    A generator that also drew a seed's `lesson` splits the digits in the same way.
    """
    each = [pairs(small_digits(generator)[1], generator) for generator in generators]
    x, gaps = zip(*each, strict=True)
    return torch.stack(x), torch.stack(gaps)


def labelled_pairs(
    digits: Tensor, count: int, generator: Generator, *, wrong: bool = False
) -> Data:
    """Pairs of `count` digits as images (2 count, 1, S, S), with labels: 0 above, 1 below.

    `wrong` inverts the labels of half of the pairs: position and label are then uncorrelated.
    """
    chosen = torch.randperm(len(digits), generator=generator)[:count]
    x, _ = pairs(digits[chosen], generator)
    y = torch.tensor([[0], [1]]).repeat(1, len(chosen))
    if wrong:
        y[:, : len(chosen) // 2] = 1 - y[:, : len(chosen) // 2]
    return Data(x.flatten(0, 1), y.flatten())


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


def logits(networks: Networks, pairs: Tensor) -> Tensor:
    """(S, 2, N, K), exact, of S networks for the pairs of each (S, 2, N, ...)."""
    of_all = exact_logits(networks, pairs.flatten(1, 2), own=True)
    return torch.unflatten(of_all, 1, pairs.shape[1:3])


def accuracy(logits: Tensor, among: Tensor) -> Tensor:
    """The share of right classes (S,) in percent, of the pairs `among` (S, N) all.

    Right is 0 for the first of a pair and 1 for the second.
    """
    right = (logits.argmax(dim=-1) == torch.tensor([[0], [1]])).double().mean(dim=1)
    return 100 * (right * among).sum(dim=1) / among.sum(dim=1)


def largest_difference(logits: Tensor, among: Tensor) -> float:
    """Of the logits within any of these pairs: 0 if no network can tell one from the other."""
    apart = (logits[:, 0] - logits[:, 1]).abs().amax(dim=-1)
    return float((apart * among).max())


def told(logits: Tensor, among: Tensor) -> dict[str, Sample]:
    """How well the networks tell the halves of these pairs, and how far apart their logits are."""
    return {
        ACCURACY: sample(accuracy(logits, among), "mean", "weights and data"),
        DIFFERENCE: exactly(largest_difference(logits, among)),
    }
