"""Straight and curved kernels, made of strokes of a given width, and what images answer to them.

A kernel has mean 0 and norm 1, so that neither the ink of an image nor a kernel's own decides.
Lengths are in pixels, banks are (K, 1, side, side), and images (N, 1, H, W).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import pi

import torch
from torch import Generator, Tensor
from torch.nn.functional import conv2d

from ._stroke_names import ENERGY, MAXIMUM, MEAN_RELU

LINES, ARCS = 16, 8  # directions, over half a turn and over a whole one
SIDE, RADII = 7 / 8, (2.5 / 8, 3 / 8)  # of a kernel and of its arcs, in sides of the image


@dataclass(frozen=True)
class Banks:
    """As many straight kernels as curved ones, and how many pixels of 0 surround an image."""

    straight: Tensor
    curved: Tensor
    padding: int


def fitted(image: int, width: float) -> Banks:
    """For digits that fill images of that side, with strokes of that width; maps keep the size.

    Of 8 pixels: 7 x 7, and arcs of radius 2.5 and 3.
    """
    side = 2 * round((SIDE * image - 1) / 2) + 1  # the nearest odd number
    return banks(side, width, (RADII[0] * image, RADII[1] * image), side // 2)


def banks(side: int, width: float, radii: tuple[float, float], padding: int) -> Banks:
    """Lines in 16 directions, and arcs of two radii in 8 each: as many of one as of the other."""
    lines = [line(side, width, pi * n / LINES) for n in range(LINES)]
    turns = [2 * pi * n / ARCS for n in range(ARCS)]
    arcs = [arc(side, width, radius, turn) for radius in radii for turn in turns]
    return Banks(normalised(torch.stack(lines)), normalised(torch.stack(arcs)), padding)


def at_random(like: Banks, generator: Generator) -> Banks:
    """As many kernels of that size, of white noise."""
    straight, curved = (
        normalised(torch.randn(bank[:, 0].shape, generator=generator))
        for bank in (like.straight, like.curved)
    )
    return Banks(straight, curved, like.padding)


def line(side: int, width: float, angle: float) -> Tensor:
    """A stroke through the middle, of 1 inside and 0 outside; (side, side)."""
    u, v = _grid(side)
    across = u * torch.sin(torch.tensor(angle)) - v * torch.cos(torch.tensor(angle))
    return stroke(across.abs(), width)


def arc(side: int, width: float, radius: float, angle: float) -> Tensor:
    """As `line`, of a circle through the middle whose own middle lies in that direction."""
    u, v = _grid(side)
    direction = torch.tensor(angle)
    u, v = u - radius * torch.cos(direction), v - radius * torch.sin(direction)
    return stroke((torch.hypot(u, v) - radius).abs(), width)


def stroke(distance: Tensor, width: float | Tensor) -> Tensor:
    """The ink of pixels at that distance from a stroke's middle line; a border pixel has some."""
    return torch.clamp(width / 2 + 0.5 - distance, 0, 1)


def normalised(kernels: Tensor) -> Tensor:
    """(K, side, side) -> (K, 1, side, side), each of mean 0 and norm 1."""
    centred = kernels - kernels.mean(dim=(1, 2), keepdim=True)
    norm = torch.linalg.vector_norm(centred, dim=(1, 2), keepdim=True)
    return torch.unsqueeze(centred / norm, 1)


def maximum(maps: Tensor) -> Tensor:
    return maps.amax(dim=(1, 2, 3))


def mean_relu(maps: Tensor) -> Tensor:
    return maps.relu().mean(dim=(1, 2, 3))


def energy(maps: Tensor) -> Tensor:
    return maps.square().mean(dim=(1, 2, 3))


STATISTICS: dict[str, Callable[[Tensor], Tensor]] = {
    MAXIMUM: maximum,
    MEAN_RELU: mean_relu,
    ENERGY: energy,
}


def difference(images: Tensor, kernels: Banks, statistic: str) -> Tensor:
    """Of each image (N,), what straight kernels answer at all places less what curved ones do.

    Images are scaled to norm 1: a bright one answers no more than a dark one.
    """
    scaled = images / torch.linalg.vector_norm(images, dim=(1, 2, 3), keepdim=True)
    straight, curved = (
        STATISTICS[statistic](conv2d(scaled, bank, padding=kernels.padding))
        for bank in (kernels.straight, kernels.curved)
    )
    return straight - curved


def _grid(side: int) -> tuple[Tensor, Tensor]:
    """How far right of the middle and how far below it a pixel is."""
    place = torch.arange(side) - (side - 1) / 2
    return place.expand(side, side), place.view(-1, 1).expand(side, side)
