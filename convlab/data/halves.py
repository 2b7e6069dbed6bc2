"""Digits in the top half of a canvas, and the same half a canvas lower: the label is where."""

from __future__ import annotations

import torch
from torch import Generator, Tensor
from torch.nn.functional import avg_pool2d

from .dataset import split
from .glyphs import digits_on_canvas, shifted
from .sources import load

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
