"""Drawn discs, squares, triangles and crosses: images whose every property is known."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import torch
from torch import Generator, Tensor

from .dataset import Dataset

NOISE = 0.05  # the standard deviation of a pixel, where black to white is 1


def shapes(count: int, generator: Generator, side: int = 16) -> Dataset:
    """`count` shapes on (count, 1, side, side), as many of each class as of any other.

    Position, size, grey of shape and ground, which of the two is brighter, and pixel noise vary.
    """

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, 1, 1, generator=generator)

    y = torch.arange(count) % len(SHAPES)
    radius = uniform(3 / 16 * side, 6 / 16 * side)
    row, column = (radius + uniform(0, 1) * (side - 1 - 2 * radius) for _ in range(2))
    pixel = torch.arange(side)
    u, v = pixel - column, pixel.view(-1, 1) - row  # (N, 1, side), (N, side, 1)
    distances = torch.stack([distance(u, v, radius) for distance in SHAPES.values()], dim=1)
    inside = (0.5 - distances[torch.arange(count), y]).clamp(0, 1)  # a border pixel is shared

    images = uniform(0, 0.3) + uniform(0.3, 0.7) * inside
    images = torch.where(uniform(0, 1) < 0.5, images, 1 - images)
    images = images + NOISE * torch.randn(images.shape, generator=generator)
    return Dataset("shapes", images.clamp(0, 1).unsqueeze(1), y, tuple(SHAPES))


def disc(u: Tensor, v: Tensor, radius: Tensor) -> Tensor:
    """How many pixels (u right, v below the centre) lies outside the disc; negative inside."""
    return (u.square() + v.square()).sqrt() - radius


def square(u: Tensor, v: Tensor, radius: Tensor) -> Tensor:
    """As `disc`, for the upright square whose corners lie on that circle."""
    return torch.maximum(u.abs(), v.abs()) - radius / sqrt(2)


def triangle(u: Tensor, v: Tensor, radius: Tensor) -> Tensor:
    """As `disc`, for the equilateral triangle on that circle, one corner up."""
    return torch.maximum(v, (sqrt(3) * u.abs() - v) / 2) - radius / 2


def cross(u: Tensor, v: Tensor, radius: Tensor) -> Tensor:
    """As `disc`, for two crossed bars as long as the circle is wide, a quarter as thick."""
    thick = radius / 4
    flat = torch.maximum(u.abs() - radius, v.abs() - thick)
    upright = torch.maximum(v.abs() - radius, u.abs() - thick)
    return torch.minimum(flat, upright)


SHAPES: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "disc": disc,
    "square": square,
    "triangle": triangle,
    "cross": cross,
}
