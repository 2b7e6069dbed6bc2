"""Layers and images of small whole numbers in float64, where sums are exact in any order."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor, nn

from ..measure import Sample, exactly
from ..streams import Stream, generator

Layer = TypeVar("Layer", bound=nn.Module)


def whole(shape: tuple[int, ...], stream: Stream) -> Tensor:
    """Whole numbers from 1 to 9, of seed 0."""
    return torch.randint(1, 10, shape, generator=generator(0, stream)).double()


def filled(layer: Layer) -> Layer:
    """The layer itself, every weight now a whole number and none of them 0."""
    for parameter in layer.double().parameters():
        parameter.data = whole(tuple(parameter.shape), Stream.WEIGHTS)
    return layer


def same_size(in_channels: int, out_channels: int, kernel: int) -> nn.Conv2d:
    """A convolution with zeros around the image, so that the output has its size; no bias."""
    padding = kernel // 2
    return filled(nn.Conv2d(in_channels, out_channels, kernel, padding=padding, bias=False))


def largest(difference: Tensor) -> Sample:
    """The largest difference in size; exactly 0 where there is none."""
    return exactly(float(difference.detach().abs().max()))
