"""Pairs of images to be multiplied: scenes of two filled rectangles, or random fields."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from convlab.streams import Data

from ._boxes import SIDE, Scene


def filled_rectangles(boxes: Scene, values: tuple[float, float]) -> Tensor:
    """The pair (1, 2, 100, 100): each channel its value inside its box and 0 outside."""
    pair = torch.zeros(1, 2, SIDE, SIDE)
    for channel, ((top, bottom, left, right), value) in enumerate(zip(boxes, values, strict=True)):
        pair[0, channel, top:bottom, left:right] = value
    return pair


def moved_rectangles(count: int, values: tuple[float, float], generator: Generator) -> Tensor:
    """Pairs (count, 2, 100, 100) of rectangles of random place and size, 20 to 60 pixels wide."""
    size = torch.randint(20, 61, (count, 2, 2), generator=generator)
    first = (torch.rand(count, 2, 2, generator=generator) * (SIDE + 1 - size)).long()
    last = first + size
    pixel = torch.arange(SIDE)
    # (count, 2, rows or columns, 100)
    inside = (pixel >= first[..., None]) & (pixel < last[..., None])
    mask = inside[:, :, 0, :, None] & inside[:, :, 1, None, :]
    return mask * torch.tensor(values)[:, None, None]


def random_fields(count: int, side: int, low: float, high: float, generator: Generator) -> Tensor:
    """Pairs (count, 2, side, side) of independent pixels, uniform in [low, high]."""
    return torch.empty(count, 2, side, side).uniform_(low, high, generator=generator)


def product(pairs: Tensor) -> Tensor:
    """The Hadamard product (N, 1, H, W) of pairs (N, 2, H, W)."""
    return pairs.prod(dim=1, keepdim=True)


def examples(pairs: Tensor) -> Data:
    """The pairs, and their product as the target."""
    return Data(pairs, product(pairs))
