"""Ones and zeros, handwritten and drawn, and how wide their strokes are.

Images are (N, 1, H, W) with ink from 0 to 1; a label is 1 for a one and 0 for a zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, pi

import numpy as np
import torch
from scipy.ndimage import distance_transform_edt
from torch import Generator, Tensor
from torch.nn.functional import interpolate

from convlab.data import load

from ._stroke_kernels import stroke
from ._stroke_names import LARGE

FINE = 96  # pixels, to which an image is enlarged at least before its strokes are measured


@dataclass(frozen=True)
class Strokes:
    """Ones and zeros, and the stroke width (N,) of each in pixels."""

    x: Tensor
    y: Tensor
    width: Tensor

    def part(self, chosen: Tensor) -> Strokes:
        return Strokes(self.x[chosen], self.y[chosen], self.width[chosen])


def handwritten(side: int) -> Strokes:
    """The ones and zeros of scikit-learn's digits, enlarged to that side."""
    digits = load("digits")
    chosen = digits.y < 2
    x = digits.x[chosen]
    if side != x.shape[-1]:
        x = interpolate(x, size=(side, side), mode="bilinear")
    return Strokes(x, digits.y[chosen], widths(x))


def drawn(count: int, generator: Generator) -> Strokes:
    """`count` strokes and rings: straight ones of any slant up to 20 degrees, and ellipses.

    Width, size, place and grey vary, around the proportions of written digits.
    """

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, 1, 1, generator=generator)

    y = torch.arange(count) % 2
    width, slant = uniform(3.5, 6), uniform(-pi / 9, pi / 9)
    row, column = (uniform(-1, 1) + (LARGE - 1) / 2 for _ in range(2))
    place = torch.arange(LARGE)
    u, v = place - column, place.view(-1, 1) - row
    along, across = v * slant.cos() + u * slant.sin(), u * slant.cos() - v * slant.sin()
    radius = uniform(5, 7)
    bar = torch.hypot(across, (along.abs() - uniform(7, 11)).clamp(min=0))
    ring = ellipse_distance(across, along, radius, radius * uniform(1.1, 1.5))
    distance = torch.where(y.view(-1, 1, 1) == 1, bar, ring)
    x = (uniform(0.5, 1) * stroke(distance, width)).unsqueeze(1)
    return Strokes(x, y, widths(x))


def ellipse_distance(u: Tensor, v: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """How far a pixel is from an ellipse of half axes a and b, to first order."""
    level = torch.hypot(u / a, v / b)
    slope = torch.hypot(u / a.square(), v / b.square()) / level.clamp(min=1e-6)
    return (level - 1).abs() / slope.clamp(min=1e-6)


def widths(x: Tensor) -> Tensor:
    """The stroke width (N,) of each image, in its pixels.

    Across a stroke of width w the distance to the border goes from 0 to w / 2, with w / 4 as its
    median; the stroke is where there is more than half the greatest ink. Distances of pixels are
    to the middle of the nearest one outside, half a pixel beyond the border. A stroke that leaves
    the image is taken to go on.
    """
    times = ceil(FINE / x.shape[-1])
    fine = interpolate(x, scale_factor=times, mode="bilinear")
    inked = (fine > fine.amax(dim=(2, 3), keepdim=True) / 2)[:, 0].numpy()
    medians = [np.median(distance_transform_edt(each)[each]) for each in inked]
    return 4 * (torch.tensor(medians) - 0.5) / times


def shuffled(x: Tensor, generator: Generator) -> Tensor:
    """The images with the pixels of each in a random order of its own."""
    order = torch.rand(x.flatten(1).shape, generator=generator).argsort(dim=1)
    return x.flatten(1).gather(1, order).view_as(x)


def halves(strokes: Strokes, generator: Generator) -> tuple[Strokes, Strokes]:
    """Those whose strokes are measured, and those that are judged."""
    order = torch.randperm(len(strokes.y), generator=generator)
    one, other = order.chunk(2)
    return strokes.part(one), strokes.part(other)
