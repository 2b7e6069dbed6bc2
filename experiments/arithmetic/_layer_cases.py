"""Every convolution of a grid of sizes, strides, paddings, dilations and channels, with numbers.

Images hold whole numbers from 1 to 9, and all the weights of a kernel differ from each other: no
kernel longer than one pixel looks the same after half a turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import torch
from torch import Generator, Tensor
from torch.nn.functional import conv1d, conv2d, conv3d

from convlab.probes.exact import whole

LAYERS = {1: conv1d, 2: conv2d, 3: conv3d}
SMALLEST = 3  # pixels along an axis
KERNELS, STRIDES, PADDINGS, DILATIONS = range(1, 6), range(1, 4), range(3), range(1, 3)


@dataclass(frozen=True)
class Case:
    """One convolution: pixels and taps along an axis, how it moves, and its channels."""

    dimensions: int
    n: int
    k: int
    stride: int
    padding: int
    dilation: int
    inputs: int = 1
    outputs: int = 1

    @property
    def fits(self) -> bool:
        """Whether the kernel has a place in the padded image at all."""
        return self.dilation * (self.k - 1) < self.n + 2 * self.padding

    def numbers(self, generator: Generator) -> tuple[Tensor, Tensor]:
        """An image (C, *pixels) and weights (O, C, *k)."""
        shape = self.inputs, *[self.k] * self.dimensions
        taps = int(torch.tensor(shape).prod())
        kernels = [
            torch.randperm(taps, generator=generator).reshape(shape) for _ in range(self.outputs)
        ]
        pixels = whole((self.inputs, *[self.n] * self.dimensions), generator)
        return pixels, torch.stack(kernels).double() + 1

    def layer(self, x: Tensor, w: Tensor) -> Tensor:
        """What torch computes: (O, *positions)."""
        convolve, how = LAYERS[self.dimensions], (self.stride, self.padding, self.dilation)
        return convolve(x[None], w, None, *how)[0]


def cases(dimensions: int, largest: int, channels: int = 1) -> Iterator[Case]:
    """All that fit, of images up to so many pixels along an axis, and up to so many channels."""
    sizes, each = range(SMALLEST, largest + 1), range(1, channels + 1)
    ways = product(sizes, KERNELS, STRIDES, PADDINGS, DILATIONS, each, each)
    return (case for way in ways if (case := Case(dimensions, *way)).fits)
