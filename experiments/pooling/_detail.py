"""Images whose classes differ in a detail of one pixel, or in the large, and networks for them."""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn

from convlab.cost import cost
from convlab.measure import Sample, exactly
from convlab.streams import Data

from ._mapdetail_quantities import ADDS, PARAMETERS

SIDE = 16  # pixels
NOISE = 0.2  # of lines that have 1
LINE = 4  # pixels, of either half of a line
BAR = 9, 3  # pixels, along and across


def fine_detail(count: int, generator: Generator) -> Data:
    """Upright lines (N, 1, S, S), whose lower half lies a pixel to the left or to the right."""
    y = torch.arange(count) % 2
    x = _noise(count, generator)
    top = torch.randint(SIDE - 2 * LINE + 1, (count,), generator=generator)
    left = torch.randint(1, SIDE - 1, (count,), generator=generator)
    for row in range(2 * LINE):
        aside = (2 * y - 1) * (row >= LINE)
        x[torch.arange(count), top + row, left + aside] += 1
    return Data(x[:, None], y)


def coarse_shape(count: int, generator: Generator) -> Data:
    """Bars (N, 1, S, S) that lie or stand."""
    y = torch.arange(count) % 2
    x = _noise(count, generator)
    for image, label in zip(x, y.tolist(), strict=True):
        height, width = BAR if label else BAR[::-1]
        top = int(torch.randint(SIDE - height + 1, (), generator=generator))
        left = int(torch.randint(SIDE - width + 1, (), generator=generator))
        image[top : top + height, left : left + width] += 1
    return Data(x[:, None], y)


def _noise(count: int, generator: Generator) -> Tensor:
    return NOISE * torch.randn(count, SIDE, SIDE, generator=generator)


def network(kernel: int, stride: int, channels: int) -> nn.Sequential:
    """Two convolutions, the maximum over all positions and two classes.

    The parameters are as many at every stride.
    """
    first = nn.Conv2d(1, channels, kernel, stride, padding=kernel // 2)
    second = nn.Conv2d(channels, 2 * channels, 3, padding=1)
    head = nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(2 * channels, 2)
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), *head)


def counts(kernel: int, stride: int, channels: int) -> dict[str, Sample]:
    """The multiply-adds of both convolutions, and all parameters."""
    counted = cost(network(kernel, stride, channels), torch.zeros(1, 1, SIDE, SIDE))
    convolutions = [layer for layer in counted.layers if layer.kind == "Conv2d"]
    adds = exactly(sum(layer.multiply_adds for layer in convolutions))
    return {ADDS: adds, PARAMETERS: exactly(counted.parameters)}
