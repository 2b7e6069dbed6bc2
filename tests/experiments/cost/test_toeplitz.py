"""Tests of experiments/toeplitz and experiments/gradient against loops over pixels."""

from __future__ import annotations

from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements
from convlab.probes.exact import same_size, whole
from convlab.streams import Stream
from convlab.workbench import Workbench

toeplitz = lab.load(catalogue.experiments()["toeplitz"])
gradient = lab.load(catalogue.experiments()["gradient"])
SIDE = 7


def test_the_matrix_is_full_or_a_band() -> None:
    config = toeplitz.Config(side=SIDE, in_channels=2, out_channels=3)
    small: Measurements = toeplitz.measure(config, Workbench())
    pixels = list(product(range(SIDE), range(SIDE)))
    near = sum(abs(a - c) <= 1 and abs(b - d) <= 1 for (a, b), (c, d) in product(pixels, pixels))
    kernels = 2 * 3
    for name in (toeplitz.CONVOLUTION, toeplitz.BY_HAND, toeplitz.CHANGED):
        assert small.get(toeplitz.NONZERO, layer=name).center == kernels * near
    assert small.get(toeplitz.NONZERO, layer=toeplitz.DENSE).center == kernels * SIDE**4
    assert small.arrays[toeplitz.CONVOLUTION].shape == (SIDE**2, SIDE**2)


def padded(images: torch.Tensor) -> NDArray[np.float64]:
    return np.pad(images.numpy(), [(0, 0), (0, 0), (1, 1), (1, 1)])


def test_each_position_adds_its_input_times_what_comes_back() -> None:
    config = gradient.Config(side=SIDE, in_channels=1, out_channels=1)
    each = gradient.measure(config, Workbench()).arrays[gradient.EACH]
    x, back = (whole((2, 1, SIDE, SIDE), stream) for stream in (Stream.DATA, Stream.NOISE))
    near = padded(x)
    for row, column, a, b in product(range(SIDE), range(SIDE), range(3), range(3)):
        expected = (near[:, 0, row + a, column + b] * back[:, 0, row, column].numpy()).sum()
        assert each[row, column, 3 * a + b] == expected


def test_whole_numbers_have_no_zero_and_are_drawn_once() -> None:
    weight = same_size(2, 3, 5).weight
    assert weight.dtype == torch.float64
    assert torch.equal(weight, weight.round()) and weight.min() >= 1 and weight.max() <= 9
    assert torch.equal(weight, same_size(2, 3, 5).weight)
