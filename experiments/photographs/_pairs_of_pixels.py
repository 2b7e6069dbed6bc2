"""Sums of products of two pixels of an image and those near them, by their distance.

All is counted by the block in which one of the two pixels lies, along rows and down columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from ._linear import learned, moments
from ._photograph_names import GRID

RADIUS, REGION = 2, 16  # pixels: of a neighbourhood of 5 x 5, and the side of a region
NEAR = [
    (y, x)
    for y in range(-RADIUS, RADIUS + 1)
    for x in range(-RADIUS, RADIUS + 1)
    if (y, x) != (0, 0)
]
FLOOR = 0.01  # of a standard deviation: where an error is next to 0, so that it has a logarithm

Place = tuple[int, int]  # down and right of a pixel


def far(distance: int) -> tuple[Place, Place]:
    return (0, distance), (distance, 0)


def shifted(image: Tensor, places: Sequence[Place]) -> tuple[Tensor, Tensor]:
    """The pixels (F, N) at those places from each pixel for which all of them lie in the image.

    Also the number (N,) of the block in which the pixel itself lies.
    """
    (top, bottom), (left, right) = (
        (max(0, *(-p[axis] for p in places)), max(0, *(p[axis] for p in places)))
        for axis in (0, 1)
    )
    height, width = image.shape[0] - top - bottom, image.shape[1] - left - right
    values = [image[top + y :, left + x :][:height, :width].flatten() for y, x in places]
    down, across = (
        (torch.arange(first, first + count) * GRID // side).clamp(max=GRID - 1)
        for first, count, side in ((top, height, image.shape[0]), (left, width, image.shape[1]))
    )
    return torch.stack(values), (GRID * down[:, None] + across).flatten()


def sums(image: Tensor, places: Sequence[Place]) -> Tensor:
    """Sums of products (GRID², F + 1, F + 1) by the block of the pixel."""
    return by_block(*shifted(image, places))


def by_block(values: Tensor, block: Tensor) -> Tensor:
    """Sums of products of values (F, N), each of which lies in a block (N,)."""
    order = block.argsort(stable=True)
    parts = values[:, order].split(block.bincount(minlength=GRID**2).tolist(), dim=1)
    return torch.cat([moments(part[None]) for part in parts])


def correlation(moment: Tensor) -> float:
    """Of the first two, given all others, by sums of products."""
    others = [*range(2, len(moment))]
    errors = [learned(moment, target, others[:-1]) for target in (0, 1)]
    products = torch.stack([a @ moment @ b for a in errors for b in errors])
    return float(products[1] / (products[0] * products[3]).sqrt())


def plain(image: Tensor, distance: int) -> list[Tensor]:
    return [sums(image, [(0, 0), place]) for place in far(distance)]


def given_one(image: Tensor, distance: int) -> list[Tensor]:
    return [sums(image, [(0, 0), place, *NEAR]) for place in far(distance)]


def given_both(image: Tensor, distance: int) -> list[Tensor]:
    def around(place: Place) -> list[Place]:
        return [(y + place[0], x + place[1]) for y, x in NEAR]

    return [sums(image, [(0, 0), place, *NEAR, *around(place)]) for place in far(distance)]


def sizes_of_errors(image: Tensor, distance: int) -> list[Tensor]:
    """Of what 5 x 5 pixels leave unexplained, the sizes, as logarithms."""
    weights = learned(sums(image, [(0, 0), *NEAR]).sum(0), 0, [*range(1, len(NEAR) + 1)])
    values, _ = shifted(image, [(0, 0), *NEAR])
    error = (weights[:-1] @ values + weights[-1]).view(
        image.shape[0] - 2 * RADIUS, image.shape[1] - 2 * RADIUS
    )
    return plain((error.abs() + FLOOR * error.std()).log(), distance)


def regions(image: Tensor, distance: int) -> list[Tensor]:
    """Of the mean brightness of regions whose middles are so far apart."""
    return plain(avg_pool2d(image[None], REGION, stride=1)[0], distance)
