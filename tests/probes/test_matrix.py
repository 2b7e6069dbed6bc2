"""Tests of convlab.probes.response."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import toeplitz
from torch import nn

from convlab import memory
from convlab.layers import LocallyConnected2d
from convlab.probes.matrix import diagonal_difference, matrix


def whole(layer: nn.Module) -> nn.Module:
    """The layer in float64 with whole numbers as weights, none of them 0."""
    generator = torch.Generator().manual_seed(0)
    for parameter in layer.double().parameters():
        parameter.data = torch.randint(1, 9, parameter.shape, generator=generator).double()
    return layer


@given(st.integers(1, 3), st.integers(1, 3), st.integers(3, 6))
def test_the_matrix_does_what_the_layer_does(inputs: int, outputs: int, side: int) -> None:
    layer = whole(nn.Conv2d(inputs, outputs, 3, padding=1))
    x = torch.randint(-9, 9, (2, inputs, side, side)).double()
    bias = layer(torch.zeros_like(x[:1])).flatten(1)
    product = x.flatten(1) @ matrix(layer, (inputs, side, side)).T + bias
    assert torch.equal(product, layer(x).flatten(1))


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=5), st.integers(5, 8))
def test_a_convolution_is_scipys_toeplitz_matrix(kernel: list[int], pixels: int) -> None:
    layer = nn.Conv1d(1, 1, len(kernel), bias=False).double()
    layer.weight.data = torch.tensor([[kernel]]).double()
    row = np.pad(kernel, (0, pixels - len(kernel)))
    column = np.zeros(pixels - len(kernel) + 1)
    column[0] = kernel[0]
    assert np.array_equal(matrix(layer, (1, pixels)).numpy(), toeplitz(column, row))


def test_only_tied_weights_stand_along_diagonals() -> None:
    inputs, outputs = (2, 5, 6), (3, 5, 6)
    conv = nn.Conv2d(2, 3, 3, padding=1)
    assert diagonal_difference(matrix(whole(conv), inputs), outputs, inputs) == 0
    local = LocallyConnected2d.from_conv(conv, (5, 6))
    assert diagonal_difference(matrix(local, inputs), outputs, inputs) == 0
    local.weight.data[1, 0, 4, 2, 1, 1] += 1
    assert diagonal_difference(matrix(local, inputs), outputs, inputs) == 1


def test_ties_along_one_axis_are_not_enough() -> None:
    weights = torch.zeros(1, 4, 4, 1, 4, 4)
    for row, column in product(range(4), range(4)):
        weights[0, row, column, 0, row, column] = column
    square = (1, 4, 4)
    assert diagonal_difference(weights.reshape(16, 16), square, square) > 0


def test_a_matrix_that_does_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "physical", lambda: 1e6)
    with pytest.raises(memory.NotEnoughMemory, match="the matrix of a layer of 1\u202f024 inputs"):
        matrix(nn.Conv2d(1, 1, 3, padding=1), (1, 32, 32))
