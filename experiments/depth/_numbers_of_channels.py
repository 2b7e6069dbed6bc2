"""What more channels are by count: parameters of layers, and the functions that they express."""

from __future__ import annotations

from itertools import product

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import conv2d

from convlab.probes.exact import whole

SHAPES = tuple(product((1, 3, 5), (1, 3, 16), (1, 8, 32)))  # kernel width, channels in and out
OUTPUTS = 64  # of the 1 x 1 convolution behind a layer


def off_the_formula() -> int:
    """How many parameters layers of these shapes have beside k² · in · out + out."""
    return sum(
        abs(sum(each.numel() for each in nn.Conv2d(inputs, outputs, k).parameters()) - expected)
        for k, inputs, outputs in SHAPES
        for expected in [k * k * inputs * outputs + outputs]
    )


def times_the_weights(inputs: int, outputs: int) -> float:
    """How many weights a layer has beside one of 8 channels in and out."""
    return nn.Conv2d(inputs, outputs, 3).weight.numel() / nn.Conv2d(8, 8, 3).weight.numel()


def dimensions(channels: int, generator: Generator) -> int:
    """Of the 3 x 3 kernels that so many channels and a 1 x 1 convolution make together."""
    first, then = whole((channels, 9), generator), whole((OUTPUTS, channels), generator)
    return int(torch.linalg.matrix_rank(then @ first))


def wide_less_narrow(channels: int, generator: Generator) -> Tensor:
    """How far twice the channels are from these, if the new ones have no weight behind them."""
    x = whole((4, 1, 8, 8), generator)
    first, then = (
        whole((2 * channels, 1, 3, 3), generator),
        whole((10, 2 * channels, 1, 1), generator),
    )
    then[:, channels:] = 0
    narrow = two_layers(x, first[:channels], then[:, :channels])
    return two_layers(x, first, then) - narrow


def two_layers(x: Tensor, first: Tensor, then: Tensor) -> Tensor:
    return conv2d(conv2d(x, first).sub(200).relu(), then)  # a ReLU that is 0 in places
