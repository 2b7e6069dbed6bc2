"""Scenes of drawn mouths, eyes and noses, the map of a filter on them, and its peaks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

import torch
from torch import Generator, Tensor
from torch.nn.functional import conv2d, max_pool2d

from convlab.streams import Data

PART = 5  # pixels, of a part's side
CELL, CELLS = 8, 4  # pixels of a cell's side, and cells of a scene's side: a part stands in each
SIDE = CELL * CELLS
EDGE = PART - 1  # zeros around, so that the windows reach over the edge
OTHERS = 8  # eyes and noses of a scene
DRAWN = {
    "mouth": (".....", ".....", "#...#", ".###.", "....."),
    "eye": (".....", "..#..", ".#.#.", "..#..", "....."),
    "nose": (".....", "..#..", "..#..", ".##..", "....."),
}


@cache
def sprite(part: str) -> Tensor:
    """A part of 5 x 5 pixels: 1 where it is drawn, else 0."""
    return torch.tensor([[float(pixel == "#") for pixel in row] for row in DRAWN[part]])


def template() -> Tensor:
    """The filter (1, 1, 5, 5) that answers to a mouth most: 1 where it is drawn, else -1."""
    return (2 * sprite("mouth") - 1)[None, None]


@dataclass(frozen=True)
class Scenes:
    """Images (N, 1, H, W), and which windows of a filter hold a whole mouth (N, h, w)."""

    images: Tensor
    mouths: Tensor


def drawn_scenes(
    number: int, mouths: int, noise: float, generator: Generator, *, first_cells: bool = False
) -> Scenes:
    """So many scenes with so many mouths, eyes and noses, each somewhere in a cell of its own.

    With `first_cells` mouths stand in the upper left quarter only. The noise is Gaussian.
    """
    x = torch.zeros(number, SIDE, SIDE)
    where = torch.zeros(number, SIDE + EDGE, SIDE + EDGE, dtype=torch.bool)
    parts = ["mouth"] * mouths + ["eye", "nose"] * (OTHERS // 2)
    for scene, place in zip(x, where, strict=True):
        cells = _cells(mouths, generator, first_cells)
        jitter = torch.randint(CELL - PART + 1, (len(parts), 2), generator=generator)
        for part, cell, (down, right) in zip(parts, cells, jitter.tolist(), strict=False):
            row, column = cell // CELLS * CELL + down, cell % CELLS * CELL + right
            scene[row : row + PART, column : column + PART] = sprite(part)
            place[row + EDGE, column + EDGE] = part == "mouth"
    x += noise * torch.randn(x.shape, generator=generator)
    return Scenes(x.unsqueeze(1), where)


def _cells(mouths: int, generator: Generator, first_cells: bool) -> list[int]:
    """The cells in the order in which they are filled, mouths first."""
    order: list[int] = torch.randperm(CELLS**2, generator=generator).tolist()
    if first_cells:
        upper_left = [cell for cell in order if cell // CELLS < 2 and cell % CELLS < 2][:mouths]
        order = upper_left + [cell for cell in order if cell not in upper_left]
    return order


def with_or_without(number: int, generator: Generator, *, noise: float) -> Data:
    """Scenes with one mouth in the upper left quarter (class 1), and as many with none (0)."""
    some = drawn_scenes(number, 1, noise, generator, first_cells=True)
    none = drawn_scenes(number, 0, noise, generator)
    labels = torch.arange(2).repeat_interleave(number).flip(0).float()
    return Data(torch.cat([some.images, none.images]), labels)


def answers(images: Tensor, kernel: Tensor) -> Tensor:
    """The map (N, h, w) of one filter (1, 1, 5, 5) on images (N, 1, H, W)."""
    return conv2d(images, kernel, padding=EDGE).squeeze(1)


def offset(seen: Scenes, kernel: Tensor) -> tuple[int, int]:
    """By how many pixels, down and right, a filter answers most beside single mouths.

    A learned filter need not hold the mouth in its middle: where it does is its own.
    """
    maps = answers(seen.images, kernel)
    highest, mouths = maps.flatten(1).argmax(1), seen.mouths.nonzero()[:, 1:]
    off = torch.stack([highest // maps.shape[2], highest % maps.shape[2]], dim=1) - mouths
    (most, _), *_ = Counter(map(tuple, off.tolist())).most_common()
    down, right = most
    return down, right


def peaks(maps: Tensor, threshold: float) -> Tensor:
    """Where a map is above the threshold and nothing within two pixels is higher."""
    highest = max_pool2d(maps[:, None], PART, stride=1, padding=PART // 2).squeeze(1)
    return (maps > threshold) & (maps == highest)
