"""Convolutions one upon another without an activation, and the one kernel that does the same.

A layer of torch correlates, so that two of them in a row are one whose kernel is the convolution
k1 * k2, of k1 + k2 - 1 pixels, summed over the channels between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.signal import convolve2d, correlate2d
from torch import Generator, Tensor
from torch.nn.functional import conv2d

from ._stack_names import BORDER, IN_A_ROW, INTERIOR, UNFLIPPED, WITH_RELU

Kernel = NDArray[np.float64]  # (out, in, k, l)
Product = Callable[[Kernel, Kernel], Kernel]  # of two kernels of one channel, of full size

SIDE = 16  # of the maps, in pixels
SIZES = (*product(range(1, 6), repeat=2), (3, 3, 3), (2, 5, 3), (1, 4, 2, 3))
CHANNELS = ((1, 1, 1, 1, 1), (2, 3, 1, 4, 2))  # in and behind each layer, as far as there are some


def differing(generator: Generator) -> dict[str, int]:
    """How many numbers differ from those of the one kernel, over all sizes and channels."""
    found = dict.fromkeys((IN_A_ROW, UNFLIPPED, WITH_RELU, INTERIOR, BORDER), 0)
    for sizes, channels in product(SIZES, CHANNELS):
        layers = kernels(sizes, channels, generator)
        x = signed((2, channels[0], SIDE, SIDE), generator)
        alone = through(x, [one_kernel(layers)])
        unflipped = through(x, [one_kernel(layers, not_flipped)])
        found[IN_A_ROW] += mismatches(through(x, layers), alone)
        found[UNFLIPPED] += mismatches(through(x, layers), unflipped)
        found[WITH_RELU] += mismatches(through(x, layers, relu=True), alone)
        if all(size % 2 for size in sizes):
            inside, around = padded(x, layers)
            found[INTERIOR] += inside
            found[BORDER] += around
    return found


def padded(x: Tensor, layers: Sequence[Tensor]) -> tuple[int, int]:
    """Of maps with zeros around: what differs where no window reaches over the edge, and else."""
    one = one_kernel(layers)
    reach = one.shape[-1] // 2
    several, alone = through(x, layers, pad=True), through(x, [one], pad=True)
    inside = (..., slice(reach, SIDE - reach), slice(reach, SIDE - reach))
    within_reach = mismatches(several[inside], alone[inside])
    return within_reach, mismatches(several, alone) - within_reach


def kernels(sizes: Sequence[int], channels: Sequence[int], generator: Generator) -> list[Tensor]:
    """Whole numbers from -9 to 9, so that no sum is rounded."""
    shapes = zip(channels[1:], channels, sizes, strict=False)
    return [signed((out, into, k, k), generator) for out, into, k in shapes]


def signed(shape: tuple[int, ...], generator: Generator) -> Tensor:
    return torch.randint(-9, 10, shape, generator=generator).double()


def through(
    x: Tensor, layers: Sequence[Tensor], *, relu: bool = False, pad: bool = False
) -> Tensor:
    """x (N, C, H, W) after the layers, with a ReLU between or not, on maps of whole windows or,
    for odd kernels, with zeros around each map so that it keeps its size."""
    for place, kernel in enumerate(layers):
        seen = x.clamp(min=0) if relu and place else x
        x = conv2d(seen, kernel, padding=kernel.shape[-1] // 2 if pad else 0)
    return x


def one_kernel(layers: Sequence[Tensor], times: Product = convolve2d) -> Tensor:
    """The kernel of all layers together, of sum(k) - n + 1 pixels."""

    def joined(first: Kernel, then: Kernel) -> Kernel:
        """Each pair of channels, summed over those between."""
        return np.array(
            [
                [sum(times(first[m, c], row[m]) for m in range(len(row))) for c in range(into)]
                for row in then
            ]
        )

    into = layers[0].shape[1]
    return torch.from_numpy(reduce(joined, [layer.numpy() for layer in layers]))


def not_flipped(first: Kernel, then: Kernel) -> Kernel:
    return np.asarray(correlate2d(first, then))


def mismatches(one: Tensor, other: Tensor) -> int:
    """How many numbers differ; all of them where the sizes do."""
    return int((one != other).sum()) if one.shape == other.shape else one.numel()
