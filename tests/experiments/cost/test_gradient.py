"""Tests of experiments/cost/gradient against a loop over pixels."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import number
from convlab.probes.exact import same_size, whole
from convlab.record import Record
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

gradient = lab.load(catalogue.experiments()["gradient"])
SIDE = 7


def padded(images: torch.Tensor) -> NDArray[np.float64]:
    return np.pad(images.numpy(), [(0, 0), (0, 0), (1, 1), (1, 1)])


def test_each_position_adds_its_input_times_the_gradient_of_its_output() -> None:
    config = gradient.Config(side=SIDE, in_channels=1, out_channels=1)
    by_position = gradient.measure(config, Workbench()).arrays[gradient.BY_POSITION]
    x, upstream = (
        whole((2, 1, SIDE, SIDE), generator(0, stream)) for stream in (Stream.DATA, Stream.NOISE)
    )
    near = padded(x)
    for row, column, a, b in product(range(SIDE), range(SIDE), range(3), range(3)):
        expected = (near[:, 0, row + a, column + b] * upstream[:, 0, row, column].numpy()).sum()
        assert by_position[row, column, 3 * a + b] == expected


@pytest.mark.parametrize("arm, terms", [("shared", SIDE**2), ("unshared", 1)])
def test_each_position_of_ones_adds_one_term(arm: str, terms: int) -> None:
    config = gradient.Config(side=SIDE, in_channels=1, out_channels=1)
    measurements = gradient.measure(config, Workbench())
    assert measurements.get(gradient.TERMS, arm=arm).center == terms
    assert measurements.get(gradient.POSITIONS, arm=arm).center == SIDE**2


def test_the_panels_of_the_figure_bear_the_gradients_of_the_convolution() -> None:
    config = gradient.Config(side=SIDE, in_channels=1, out_channels=1)
    conv = same_size(1, 1, 3, generator(0, Stream.WEIGHTS))
    x, upstream = (
        whole((2, 1, SIDE, SIDE), generator(0, stream)) for stream in (Stream.DATA, Stream.NOISE)
    )
    conv(x).backward(upstream)
    (shared,) = gradient.gradient(conv)[0]
    measurements = gradient.measure(config, Workbench())
    figure = gradient.draw(Record("gradient", "?", {}, measurements=measurements))["gradients"]
    titles = [axes.get_title() for axes in figure.axes[:2]]
    assert titles == [
        f"corner weight: {number(round(float(shared[0, 0])))} in all",
        f"middle weight: {number(round(float(shared[1, 1])))} in all",
    ]
