"""Two tasks for pooling: one bright motif among clutter, and a faint texture under heavy noise."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from convlab.streams import Data

SIDE, PERIOD = 16, 4  # pixels: of the images, and of the texture's stripes
MOTIF = ((0, 1), (1, 0), (1, 1), (1, 2), (2, 1))  # a cross, row and column of each bright pixel
CLUTTER = 0.1  # the share of single pixels that are as bright


def rare_motif(count: int, generator: Generator, *, shown: bool = True) -> Data:
    """Images (N, 1, S, S) of bright pixels and noise: class 1 has a cross, class 0 its pixels.

    These lie scattered, so that no class is brighter; so do those of class 1 unless `shown`.
    """
    y = torch.arange(count) % 2
    x = 0.25 * torch.randn(count, SIDE, SIDE, generator=generator)
    x += torch.rand(count, SIDE, SIDE, generator=generator) < CLUTTER
    for image, label in zip(x, y.tolist(), strict=True):
        places = _cross(generator) if label and shown else _scattered(generator)
        image.view(-1)[places] = 1 + 0.25 * torch.randn(len(MOTIF), generator=generator)
    return Data(x[:, None], y)


def _cross(generator: Generator) -> Tensor:
    top, left = torch.randint(SIDE - 2, (2,), generator=generator).tolist()
    return torch.tensor([(top + row) * SIDE + left + column for row, column in MOTIF])


def _scattered(generator: Generator) -> Tensor:
    return torch.randperm(SIDE**2, generator=generator)[: len(MOTIF)]


def faint_texture(count: int, generator: Generator, *, strength: float) -> Data:
    """Stripes of either diagonal (N, 1, S, S), of that amplitude, under noise of variance 1."""
    y = torch.arange(count) % 2
    sign = (1 - 2 * y).view(-1, 1, 1)
    phase = 2 * torch.pi * torch.rand(count, 1, 1, generator=generator)
    row, column = torch.arange(SIDE).view(-1, 1), torch.arange(SIDE)
    stripes = torch.cos(2 * torch.pi * (row + sign * column) / PERIOD + phase)
    x = strength * stripes + torch.randn(count, SIDE, SIDE, generator=generator)
    return Data(x[:, None], y)
