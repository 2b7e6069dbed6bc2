"""Tests of experiments/arithmetic/squares against matrices that are filled by hand."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from convlab import lab
from convlab.lab import catalogue
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

squares = lab.load(catalogue.experiments()["squares"])
SMALL = squares.Config(side=10)


def test_the_weights_are_as_many_numbers_that_differ() -> None:
    layer = squares.convolution((2, 3), generator(0, Stream.DATA))
    assert sorted(layer.weight.flatten().abs().tolist()) == [1, 2, 3, 4, 5, 6]
    _, differ, dense = squares.found(layer, 8, generator(0, Stream.DATA))
    assert (differ, dense) == (6, 7 * 6 * 64)


def test_a_departure_is_that_of_a_map_that_squares() -> None:
    drawn = generator(0, Stream.DATA)
    x, y = (squares.whole((1, 1, 8, 8), drawn) for _ in range(2))
    expected = ((2 * x - 3 * y) ** 2 - 2 * x**2 + 3 * y**2).abs().max()
    assert squares.departure(torch.square, 8, generator(0, Stream.DATA)) == expected


def outcomes() -> dict[str, str]:
    measurements = squares.measure(SMALL, Workbench(first_seed=2))
    return {claim.id: claim.check(measurements, SMALL).outcome for claim in squares.CLAIMS}


def test_all_comes_out_as_predicted() -> None:
    assert outcomes() == {"C401": "holds", "C401o1": "refuted", "C401o2": "refuted"}


def test_a_layer_with_a_bias_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = squares.convolution

    def biased(size: tuple[int, int], drawn: torch.Generator) -> nn.Conv2d:
        layer = nn.Conv2d(1, 1, size).double()
        layer.weight.data, layer.bias = plain(size, drawn).weight.data, nn.Parameter(torch.ones(1))
        return layer.double()

    monkeypatch.setattr(squares, "convolution", biased)
    assert outcomes()["C401"] == "invalid"
