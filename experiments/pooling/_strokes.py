"""Strokes of ones on zeros, one pixel of which moves, and lone pixels, under pooling."""

from __future__ import annotations

from itertools import product

import torch
from torch import Generator, Tensor
from torch.nn.functional import interpolate, max_pool2d, pad

from convlab.data import load
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._pooled import AVERAGE, MAX, NONE
from ._spikes_names import FAR, NEAR
from ._windows import pooled

Move = tuple[int, int]  # pixels, down and right
STEPS = (-1, 0, 1)
NEIGHBOURS: tuple[Move, ...] = tuple(
    (down, right) for down in STEPS for right in STEPS if (down, right) != (0, 0)
)
SIDE, DARK = 24, 0.5  # pixels of a digit, and the grey from which it is stroke
MARGIN = 4  # pixels, so that a window lies wholly beside the digit
POOLS = ((NONE, 1), *((arm, k) for k in (2, 3) for arm in (AVERAGE, MAX)))


def strokes() -> Tensor:
    """All digits (N, 1, S, S), three times as wide as they are, of zeros and ones."""
    large = interpolate(load("digits").x, size=(SIDE, SIDE), mode="bilinear")
    return (large > DARK).double()


def moved(shapes: Tensor, generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Shapes (N, 1, H, W) on a margin at a place that is drawn; one pixel moved; and one far off.

    A pixel of the stroke with an empty neighbour is drawn, and it moves to one of these; far off
    it goes to any empty pixel.
    """
    before = torch.stack([_placed(shape, generator) for shape in shapes])
    near, far = before.clone(), before.clone()
    for image, beside, away in zip(before[:, 0], near[:, 0], far[:, 0], strict=True):
        (row, column), (to_row, to_column) = _drawn_move(image, generator)
        empty = (image == 0).nonzero()
        other_row, other_column = empty[_one_of(len(empty), generator)].tolist()
        for changed, place in ((beside, (to_row, to_column)), (away, (other_row, other_column))):
            changed[row, column] = 0
            changed[place] = 1
    return before, near, far


def _placed(shape: Tensor, generator: Generator) -> Tensor:
    """On a margin, so that neither its corner nor its strokes keep to the grid of windows."""
    top, left = (_one_of(MARGIN + 1, generator) for _ in range(2))
    return pad(shape, (MARGIN + left, 2 * MARGIN - left, MARGIN + top, 2 * MARGIN - top))


def _drawn_move(image: Tensor, generator: Generator) -> tuple[Move, Move]:
    """From where to where: every pair of a pixel and an empty neighbour is as likely."""
    pairs = [
        torch.cat([place, place + torch.tensor(move)], dim=1)
        for move in NEIGHBOURS
        if len(place := ((image == 1) & (image.roll((-move[0], -move[1]), (0, 1)) == 0)).nonzero())
    ]
    every = torch.cat(pairs)
    row, column, to_row, to_column = every[_one_of(len(every), generator)].tolist()
    return (row, column), (to_row, to_column)


def _one_of(count: int, generator: Generator) -> int:
    return int(torch.randint(count, (), generator=generator))


def same_maps(before: Tensor, after: Tensor, arm: str, k: int) -> float:
    """The share of images (N, 1, H, W) whose pooled maps are the same, windows tiling them."""
    first, second = (pooled(each, arm, k, stride=k) for each in (before, after))
    return float((first == second).flatten(1).all(dim=1).double().mean())


def share_by_position(k: int) -> Tensor:
    """For each position of a lone pixel in its window (k, k), of the 8 moves those it stays in."""
    side = 3 * k
    kept = torch.zeros(k, k, dtype=torch.float64)
    for row, column in product(range(k), repeat=2):
        images = torch.zeros(1 + len(NEIGHBOURS), 1, side, side)
        for image, (down, right) in zip(images, ((0, 0), *NEIGHBOURS), strict=True):
            image[0, k + row + down, k + column + right] = 1
        maps = max_pool2d(images, k)
        kept[row, column] = (maps[1:] == maps[0]).flatten(1).all(dim=1).double().mean()
    return kept


def shares_of_strokes(
    count: int, workbench: Workbench, seed: int
) -> dict[tuple[str, int, str], float]:
    """By pooling, k and move."""
    drawn, shapes = workbench.generator(Stream.DATA, seed), strokes()
    chosen = torch.randperm(len(shapes), generator=drawn)[:count]
    before, near, far = moved(shapes[chosen], drawn)
    return {
        (arm, k, move): same_maps(before, after, arm, k)
        for arm, k in POOLS
        for move, after in ((NEAR, near), (FAR, far))
    }
