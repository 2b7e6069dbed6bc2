"""Digits that are recognised by the nearest of others, in place or a pixel off, after pooling."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Generator, Tensor
from torch.nn.functional import pad

from convlab.data import Dataset, load, shift_images, split
from convlab.measure import Sample
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._windows import AVERAGE, MAX, NONE, WIDTHS, pooled

ARMS = [(NONE, 1), *((arm, k) for arm in (MAX, AVERAGE) for k in WIDTHS)]
IN_PLACE, DISPLACED = "recognised in place (share)", "recognised a pixel off (share)"
MARGIN = 2  # pixels around digits of 8 x 8: windows of 2, 3 and 4 pixels tile the 12 x 12
DIRECTIONS = ((0, 1), (0, -1), (1, 0), (-1, 0))  # pixels, down and right

Arm = tuple[str, int]  # and k


def recognised(workbench: Workbench, seeds: Iterable[int]) -> dict[Arm, dict[str, Sample]]:
    """The shares of held-out digits that are recognised: each seed has a split of its own."""
    found: dict[Arm, dict[str, list[float]]] = {arm: {IN_PLACE: [], DISPLACED: []} for arm in ARMS}
    for seed in seeds:
        known, asked = split(load("digits"), workbench.generator(Stream.SPLIT, seed))
        off = displaced(asked.x, workbench.generator(Stream.HELD_OUT, seed))
        for arm, values in found.items():
            for where, images in ((IN_PLACE, framed(asked.x)), (DISPLACED, off)):
                values[where].append(share_recognised(known, images, asked.y, *arm))
    return {
        arm: {where: Sample(tuple(each), "mean", "data") for where, each in values.items()}
        for arm, values in found.items()
    }


def displaced(x: Tensor, generator: Generator) -> Tensor:
    """Each image (N, 1, H, W) one pixel up, down, left or right, on its margin."""
    drawn = torch.randint(len(DIRECTIONS), (len(x),), generator=generator)
    moved = torch.stack([shift_images(framed(x), *each) for each in DIRECTIONS])
    return moved[drawn, torch.arange(len(x))]


def framed(x: Tensor) -> Tensor:
    return pad(x, (MARGIN,) * 4)


def share_recognised(known: Dataset, images: Tensor, y: Tensor, arm: str, k: int) -> float:
    """The share of framed images (N, 1, H, W) whose nearest known digit is of their class.

    Nearest by the distance between outputs, of windows side by side.
    """
    there, here = (
        pooled(each, arm, k, stride=k).flatten(1).double() for each in (framed(known.x), images)
    )
    nearest = torch.cdist(here, there).argmin(dim=1)
    return float((known.y[nearest] == y).double().mean())
