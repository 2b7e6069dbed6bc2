"""What theory says of windows when an image moves by a pixel: noise, and one bright pixel."""

from __future__ import annotations

from math import sqrt

import torch
from torch.nn.functional import max_pool2d

from ._windows import WIDTHS


def law_of_noise(k: int) -> float:
    """The share of k x k windows that keep the maximum of independent pixels.

    The k + 1 columns of both windows are as likely to have the greatest pixel; k - 1 are common.
    """
    return (k - 1) / (k + 1)


def standard_error(side: int, seeds: int) -> float:
    """That of the mean share of noise of so many pixels, or more: of the width of the greatest.

    The N pairs of windows lie in k (k + 1) grids of pairs that have no pixel in common. A grid's n
    pairs are independent, so that their share has the variance p (1 - p) / n. The share of all is
    the weighted mean of the grids' shares: its variance is at most p (1 - p) k (k + 1) / N,
    however they depend on each other.
    """

    def variance(k: int) -> float:
        law, pairs = law_of_noise(k), (side - k + 1) * (side - k)
        return law * (1 - law) * k * (k + 1) / pairs

    return sqrt(max(map(variance, WIDTHS)) / seeds)


def share_of_same_outputs(k: int, move: tuple[int, int]) -> float:
    """The share of a bright pixel's positions from which the move changes no output, stride k."""
    side = 3 * k
    images = torch.eye(side**2).view(-1, 1, side, side)  # one for each position
    before, after = (max_pool2d(each, k) for each in (images, images.roll(move, dims=(2, 3))))
    return float((before == after).flatten(1).all(dim=1).double().mean())
