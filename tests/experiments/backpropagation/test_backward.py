"""Tests of experiments/backpropagation/backward against torch's own transposed convolution."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn.functional import conv2d, conv_transpose2d

from convlab import lab
from convlab.lab import catalogue
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

backward = lab.load(catalogue.experiments()["backward"])
INSIDE = backward.compare.__globals__  # of the file beside it
Layer, by_convolutions = INSIDE["Layer"], INSIDE["by_convolutions"]
SMALL = backward.Config(largest=5, lines=5)


@pytest.mark.parametrize("stride, groups", [(1, 1), (2, 1), (2, 2)])
def test_the_gradient_of_the_input_is_a_transposed_convolution(stride: int, groups: int) -> None:
    layer = Layer(2, 7, 3, stride, 1, 1, groups)  # 7 + 2 - 3 is a multiple of both strides
    x, w, delta = layer.numbers(generator(0, Stream.DATA))
    _, of_x = by_convolutions(layer, x, w, delta)
    expected = conv_transpose2d(delta, w, None, stride, padding=1, groups=groups)
    assert torch.equal(of_x, expected)


def test_the_gradient_of_the_weights_is_a_convolution_dilated_by_the_stride() -> None:
    layer = Layer(2, 7, 3, 2, 1, 1, 1)
    x, w, delta = layer.numbers(generator(0, Stream.DATA))
    of_w, _ = by_convolutions(layer, x, w, delta)
    expected = conv2d(x.movedim(1, 0), delta.movedim(1, 0), None, 1, 1, dilation=2)
    assert torch.equal(of_w, expected.movedim(1, 0)[..., :3, :3])


def test_zeros_stand_between_neighbours() -> None:
    x = torch.tensor([[[1.0, 2.0, 3.0]]])
    assert INSIDE["apart"](x, 3).tolist() == [[[1, 0, 0, 2, 0, 0, 3]]]


def test_all_comes_out_as_predicted() -> None:
    measurements = backward.measure(SMALL, Workbench(first_seed=3))
    verdicts = [claim.check(measurements, SMALL) for claim in backward.CLAIMS]
    assert [verdict.id for verdict in verdicts if verdict.outcome != verdict.expected] == []


def test_an_autograd_that_forgets_a_position_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = INSIDE["by_autograd"]

    def forgetful(layer: object, x: Tensor, w: Tensor, delta: Tensor) -> object:
        missing = delta.clone()
        missing[..., 0] = 0
        return right(layer, x, w, missing)

    monkeypatch.setitem(INSIDE, "by_autograd", forgetful)
    measurements = backward.measure(SMALL, Workbench())
    outcomes = {claim.id: claim.check(measurements, SMALL).outcome for claim in backward.CLAIMS}
    assert outcomes["C412"] == outcomes["C412r"] == "invalid"
