"""Layers of 1 to 4 channels on images of unlike sides, and in how many of them something is so."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import torch
from PIL import Image
from scipy.signal import correlate2d
from torch import Generator, Tensor, nn
from torch.nn.functional import conv2d

from convlab.data import load, photograph_path
from convlab.probes.exact import whole, with_whole_weights

SIDES = ((5, 6), (8, 5))  # rows and columns of the images
KERNELS = ((2, 2), (1, 3), (3, 2))
Grid = Iterator[tuple[nn.Conv2d, Tensor]]


def layers(most: int, generator: Generator) -> Grid:
    """Every layer of the grid, its weights and bias whole numbers, with an image for it."""
    counts = range(1, most + 1)
    for inputs, outputs, kernel, side in product(counts, counts, KERNELS, SIDES):
        layer = with_whole_weights(nn.Conv2d(inputs, outputs, kernel), generator)
        yield layer, whole((1, inputs, *side), generator)


def by_channel(layer: nn.Conv2d, x: Tensor) -> Tensor:
    """Each channel correlated with its square, by scipy: (O, C, rows, columns)."""
    kernels = [
        torch.stack([scipys(channel, square) for channel, square in zip(x[0], each, strict=True)])
        for each in layer.weight.detach()
    ]
    return torch.stack(kernels)


def scipys(image: Tensor, square: Tensor) -> Tensor:
    return torch.from_numpy(correlate2d(image.numpy(), square.numpy(), "valid").copy())


def broken(layer: nn.Conv2d, x: Tensor) -> dict[str, bool]:
    """What is not so of this layer."""
    weight, bias = layer.weight.detach(), layer.bias
    assert bias is not None
    each, bias = by_channel(layer, x), bias.detach()[:, None, None]
    sums, output = each.sum(1), conv2d(x, weight)[0]
    rows, columns = (n - k + 1 for n, k in zip(x.shape[2:], weight.shape[2:], strict=True))
    alone = [conv2d(x, kernel[None])[0, 0] for kernel in weight]
    last = conv2d(x[:, -1:], weight[:, -1:])[0]  # of one channel only
    return {
        "added": not torch.equal(output, sums),
        "added, and a bias": not torch.equal(layer(x)[0].detach(), sums + bias),
        "multiplied": not torch.equal(output, each.prod(1)),
        "last channel alone": not torch.equal(output, last),
        "one map for a kernel": tuple(alone[0].shape) != (rows, columns)
        or not torch.equal(alone[0], each[0].sum(0)),
        "a map for each kernel": not torch.equal(output, torch.stack(alone)),
        "kernels in reverse": not torch.equal(output, torch.stack(alone[::-1])),
        "a square for each channel": tuple(weight.shape[:2]) != (len(output), x.shape[1]),
        "a map for each channel": each[0].shape[0] != 1,
    }


def coloured() -> Tensor:
    """A part of a photograph (1, 3, H, W), red, green and blue from 0 to 255, in whole numbers."""
    with Image.open(photograph_path("flower")) as image:
        pixels = torch.from_numpy(np.array(image.convert("RGB"))).double()
    return pixels.movedim(-1, 0)[None, :, 130:290, 190:350]


def first_layers(widths: range) -> dict[tuple[str, int], int]:
    """How many layers, one for each number of output channels, refuse digits or a photograph."""
    digits = load("digits").x[:2].double()
    shown = {"grey digits": digits, "a photograph in colour": coloured()}
    return {
        (name, inputs): sum(refuses(nn.Conv2d(inputs, o, 3).double(), x) for o in widths)
        for name, x in shown.items()
        for inputs in (1, 3)
    }


def refuses(layer: nn.Module, x: Tensor) -> bool:
    try:
        layer(x)
    except RuntimeError:  # the numbers of channels do not agree
        return True
    return False
