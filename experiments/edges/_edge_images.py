"""Images for edge detection: the user's, the book's, and a step, a ramp and a wave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from math import cos, pi, radians, sin
from pathlib import Path

import torch
from torch import Generator, Tensor

from convlab.data import PHOTOGRAPHS, crop, find_photograph, photograph
from convlab.data.images import Image, read

BOOK_SIZE = (280, 320)  # of the photograph in Goodfellow, Bengio and Courville 2016, figure 9.6


def chosen_images(paths: Sequence[Path], at_least: tuple[int, int]) -> dict[str, Image]:
    """The images at these paths by name, or without any both photographs in the book's size.

    Raises UsageError for one that cannot be read or is smaller than (height, width) pixels.
    """
    if paths:
        return named(read(find_photograph(path), at_least) for path in paths)
    return {name: Image(pixels, name) for name, pixels in book_photographs().items()}


def named(images: Iterable[Image]) -> dict[str, Image]:
    """The images by the names of their files, without suffix; equal ones are numbered."""
    names: dict[str, Image] = {}
    for image in images:
        stem = Path(image.name).stem[:50]  # a figure's file is named after it
        numbered = (f"{stem} {number}" for number in count(2))
        names[stem if stem not in names else next(n for n in numbered if n not in names)] = image
    return names


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
