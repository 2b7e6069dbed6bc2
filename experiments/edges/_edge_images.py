"""Images for edge detection: the user's, the book's, and a step, a ramp and a wave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import count
from math import cos, pi, radians, sin
from pathlib import Path

import torch
from torch import Generator, Tensor

from convlab.data import (
    PHOTOGRAPHS,
    Image,
    check,
    crop,
    find_photograph,
    photograph,
    read,
    title,
)

BOOK_SIZE = (280, 320)  # of the photograph in Goodfellow, Bengio and Courville 2016, figure 9.6


def chosen_images(
    paths: Sequence[Path], at_least: tuple[int, int]
) -> dict[str, Callable[[], Image]]:
    """The images at these paths by name, each to be decoded at its turn; all are looked at here.

    Without paths both photographs, in the book's size. Raises UsageError for one that cannot be
    read; so does its turn, also if it is smaller than (height, width) pixels.
    """
    if not paths:
        return {name: partial(Image, pixels, name) for name, pixels in book_photographs().items()}
    files = [find_photograph(path) for path in paths]
    for file in files:
        check(file)
    return {
        name: partial(read, file, at_least)
        for name, file in zip(distinct(map(title, files)), files, strict=True)
    }


def distinct(names: Iterable[str]) -> list[str]:
    """The names, cut to 50 letters, since figures are named after them; equal ones numbered."""
    found: list[str] = []
    for name in (name[:50] for name in names):
        numbered = (f"{name} {number}" for number in count(2))
        found.append(name if name not in found else next(n for n in numbered if n not in found))
    return found


def book_photographs() -> dict[str, Tensor]:
    """The middle (280, 320) of both photographs, black 0 and white 1."""
    return {name: crop(photograph(name), *BOOK_SIZE).contiguous() for name in PHOTOGRAPHS}


def book_scenes(generator: Generator) -> dict[str, Tensor]:
    """Five images (280, 320) in grey levels: both photographs, noise, a step and a ramp."""
    noise = torch.rand(BOOK_SIZE, generator=generator)
    scenes = {"noise": noise, "step": step(*BOOK_SIZE), "ramp": ramp(*BOOK_SIZE) / BOOK_SIZE[1]}
    return {name: grey_levels(image) for name, image in (book_photographs() | scenes).items()}


def grey_levels(pixels: Tensor) -> Tensor:
    """Pixels in [0, 1] as whole numbers up to 255 in float64, where sums of them are exact."""
    return (255 * pixels.double()).round()


def step(height: int, width: int) -> Tensor:
    """A vertical edge (H, W): the left half black, 0, and the right half white, 1."""
    columns = torch.arange(width) >= width // 2
    return columns.double().repeat(height, 1)


def ramp(height: int, width: int, angle: float = 0) -> Tensor:
    """Brightness (H, W) that grows by 1 per pixel towards `angle`: 0 right, 90 degrees down."""
    down, right = torch.arange(height).double()[:, None], torch.arange(width).double()
    towards = [round(part(radians(angle)), 15) for part in (cos, sin)]  # a right angle is exact
    return right * towards[0] + down * towards[1]


def wave(height: int, width: int, period: float, angle: float = 0) -> Tensor:
    """A sine (H, W) from -1 to 1 that repeats every `period` pixels towards `angle`."""
    return torch.sin(2 * pi / period * ramp(height, width, angle))


def noise(generator: Generator) -> Tensor:
    """Sixteen images (16, 1, 8, 8) of white noise."""
    return torch.randn(16, 1, 8, 8, generator=generator)


def constant(generator: Generator) -> Tensor:
    """Sixteen images (16, 1, 8, 8) of one grey each, which differs from image to image."""
    return torch.rand(16, 1, 1, 1, generator=generator).expand(16, 1, 8, 8)
