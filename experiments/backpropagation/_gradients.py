"""The gradients of a convolution, by autograd and by other ways, in whole numbers.

The loss is the sum of the outputs times δ, so that δ is the gradient of the outputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import torch
from scipy import signal
from torch import Generator, Tensor
from torch.nn.functional import conv1d, conv2d, pad

from convlab.probes.exact import whole

from ._gradient_names import DIFFERENCES, PLAIN, WRONG_FLIP, ZEROS

CONVOLVE = {1: conv1d, 2: conv2d}
CHANNELS = 2, 4  # in and out
Gradients = tuple[Tensor, Tensor]  # of the weights and of the input


@dataclass(frozen=True)
class Layer:
    """A convolution of 2 to 4 channels: its sizes, how it moves, and how it is divided."""

    dimensions: int
    n: int
    k: int
    stride: int
    padding: int
    dilation: int
    groups: int

    def output(self, x: Tensor, w: Tensor) -> Tensor:
        how = self.stride, self.padding, self.dilation, self.groups
        return CONVOLVE[self.dimensions](x, w, None, *how)

    def numbers(self, generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
        """An image (1, 2, *pixels), weights (4, 2 / groups, *k) and δ (1, 4, *positions)."""
        inputs, outputs = CHANNELS
        space = range(self.dimensions)
        x = whole((1, inputs, *(self.n for _ in space)), generator)
        w = whole((outputs, inputs // self.groups, *(self.k for _ in space)), generator)
        return x, w, whole(tuple(self.output(x, w).shape), generator)


def layers(sizes: range) -> Iterator[Layer]:
    """Every layer of the grid whose kernel has a place."""
    grid = product((1, 2), sizes, (2, 3), (1, 2, 3), (0, 1, 2), (1, 2), (1, 2))
    every = (Layer(*each) for each in grid)
    return (each for each in every if each.dilation * (each.k - 1) < each.n + 2 * each.padding)


def by_autograd(layer: Layer, x: Tensor, w: Tensor, delta: Tensor) -> Gradients:
    x, w = x.clone().requires_grad_(), w.clone().requires_grad_()
    of_w, of_x = torch.autograd.grad((layer.output(x, w) * delta).sum(), (w, x))
    return of_w, of_x


def by_differences(layer: Layer, x: Tensor, w: Tensor, delta: Tensor) -> Gradients:
    """The loss once more after each single number has grown by 1: exact, as the loss is linear."""
    steps = torch.eye(w.numel(), dtype=w.dtype).reshape(-1, *w.shape)
    pixels = torch.eye(x.numel(), dtype=x.dtype).reshape(-1, *x.shape[1:])
    of_w = [(layer.output(x, step) * delta).sum() for step in steps]
    of_x = (layer.output(x + pixels, w) * delta).flatten(1).sum(1)
    before = (layer.output(x, w) * delta).sum()
    return torch.stack(of_w).reshape(w.shape), (of_x - before).reshape(x.shape)


def by_convolutions(
    layer: Layer, x: Tensor, w: Tensor, delta: Tensor, *, zeros: bool = True, flipped: bool = False
) -> Gradients:
    """Weights: the input correlated with δ. Input: a full convolution of δ with the kernel.

    Between the numbers of δ there are stride - 1 zeros, if `zeros`. If `flipped`, the first is a
    convolution and the second a correlation.
    """
    wide = pad(x, [layer.padding, layer.padding] * layer.dimensions)
    upstream = apart(delta, layer.stride if zeros else 1)
    kernels, of_w, of_wide = apart(w, layer.dilation), torch.zeros_like(w), torch.zeros_like(wide)
    correlate, convolve = signal.correlate, signal.convolve
    first, second = (convolve, correlate) if flipped else (correlate, convolve)
    own = w.shape[1]  # channels of the input that a kernel sees
    for out, seen in product(range(len(w)), range(own)):
        channel = out * layer.groups // len(w) * own + seen
        grown = first(wide[0, channel].numpy(), upstream[0, out].numpy(), "valid", "direct")
        taps = torch.from_numpy(grown.copy())[
            (slice(None, None, layer.dilation),) * layer.dimensions
        ]
        fill(of_w[out, seen], taps)
        spread = second(upstream[0, out].numpy(), kernels[out, seen].numpy(), "full", "direct")
        fill(of_wide[0, channel], torch.from_numpy(spread.copy()), add=True)
    inside = slice(layer.padding, layer.padding + layer.n)
    return of_w, of_wide[(slice(None), slice(None), *[inside] * layer.dimensions)]


def apart(x: Tensor, step: int) -> Tensor:
    """x (N, C, *pixels) with step - 1 zeros between neighbouring numbers."""
    spaces = x.shape[2:]
    wide = x.new_zeros(*x.shape[:2], *(step * (n - 1) + 1 for n in spaces))
    wide[(slice(None), slice(None), *[slice(None, None, step)] * len(spaces))] = x
    return wide


def fill(room: Tensor, numbers: Tensor, *, add: bool = False) -> None:
    """Put the numbers at the beginning of the room: what lies beyond it is lost."""
    there = tuple(slice(min(a, b)) for a, b in zip(room.shape, numbers.shape, strict=True))
    room[there] = room[there] + numbers[there] if add else numbers[there]


def compare(layer: Layer, generator: Generator) -> dict[str, bool]:
    """For each other way, whether it gives a gradient that is not autograd's."""
    given = layer.numbers(generator)
    right = by_autograd(layer, *given)
    ways = {
        ZEROS: by_convolutions(layer, *given),
        PLAIN: by_convolutions(layer, *given, zeros=False),
        WRONG_FLIP: by_convolutions(layer, *given, flipped=True),
        DIFFERENCES: by_differences(layer, *given),
    }
    return {
        way: not all(torch.equal(a, b) for a, b in zip(right, each, strict=True))
        for way, each in ways.items()
    }
