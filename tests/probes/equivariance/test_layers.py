"""Tests of convlab.probes.layer_errors: the layer that breaks equivariance is the one found."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from convlab.probes.equivariance import equivariance, invariance, layer_errors
from tests.probes.equivariance.convolutions import images, network

SHIFTS = [(0, 4), (-4, 0), (1, 3)]


def test_the_last_layer_has_the_error_of_the_network() -> None:
    for layers in (network("zeros", 1, 2, 1), network("circular", 2, 1)):
        errors = layer_errors(layers, images(), SHIFTS)
        assert list(errors) == [name for name, _ in layers.named_children()]
        expected = equivariance(layers, images(), SHIFTS)
        assert torch.equal(list(errors.values())[-1].so_far, expected)


def test_the_layer_that_breaks_it_is_found() -> None:
    layers = nn.Sequential(*network("circular", 1, 1), *network("zeros", 1))
    layers[-1] = nn.Conv2d(3, 3, 3, padding=1, dtype=torch.float64)
    layers.extend(nn.Sequential(nn.ReLU(), nn.MaxPool2d(2)))
    errors = layer_errors(layers, images(), [(4, 2)])
    for name, each in errors.items():
        assert (each.so_far < 1e-12) == (name in "012")
        assert (each.own < 1e-12) == (name != "3")


def test_heads_should_not_move() -> None:
    pooled = nn.Sequential(network("circular", 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    flat = nn.Sequential(network("circular", 1), nn.Flatten(), nn.Linear(768, 2).double())
    assert layer_errors(pooled, images(), SHIFTS)["2"].so_far.max() < 1e-12
    errors = layer_errors(flat, images(), SHIFTS)
    assert torch.equal(errors["2"].so_far, invariance(flat, images(), SHIFTS))
    assert errors["1"].own.min() > 0.1
    assert errors["2"].own.tolist() == [0, 0, 0]


def test_strides_without_padding_are_those_up_to_each_layer() -> None:
    layers = nn.Sequential(network("valid", 1), nn.AvgPool2d(2), nn.Conv2d(3, 3, 3).double())
    for name, each in layer_errors(layers, images(19), [(2, -4), (0, 2)]).items():
        assert each.so_far.max() < 1e-12, name
    broken = layer_errors(layers, images(19), [(1, 0)])["1"].so_far
    assert broken > 0.01


class _Twice(nn.Module):
    """One layer that runs twice, and one that changes its input in place."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv1d(1, 1, 3, padding=1, padding_mode="circular", dtype=torch.float64)
        self.clip = nn.ReLU(inplace=True)
        self.two = nn.Bilinear(8, 8, 8, dtype=torch.float64)

    def forward(self, x: Tensor) -> Tensor:
        y = self.clip(self.layer(self.clip(self.layer(x))))
        both: Tensor = y + self.two(x, x)
        return both


def test_runs_are_told_apart_and_others_left_out() -> None:
    errors = layer_errors(_Twice(), images(8, axes=1), [(3,)])
    assert list(errors) == ["layer", "clip", "layer (2)", "clip (2)"]
    assert all(each.so_far < 1e-12 and each.own < 1e-12 for each in errors.values())


def test_hooks_are_removed_and_dropout_draws_one_mask() -> None:
    layers = nn.Sequential(nn.Conv1d(1, 2, 3, padding=1), nn.BatchNorm1d(2), nn.Dropout(0.5))
    errors = layer_errors(layers, torch.ones(4, 1, 8), [(0,), (1,)])
    assert not any(layer._forward_hooks or layer._forward_pre_hooks for layer in layers)
    assert [(float(each.so_far[0]), float(each.own[0])) for each in errors.values()] == [
        (0, 0)
    ] * 3


def test_what_cannot_be_compared_is_nan() -> None:
    tokens = nn.Sequential(nn.Conv2d(1, 2, 1), nn.Flatten(2), nn.Linear(16, 16)).double()
    errors = layer_errors(tokens, images(4), [(0, 1)])
    assert [bool(each.so_far.isnan()) for each in errors.values()] == [False, True, True]
    assert [bool(each.own.isnan()) for each in errors.values()] == [False, True, True]
    few = layer_errors(nn.Conv2d(1, 1, 11).double(), images(), [(0, 7), (0, 1)])["Conv2d"]
    assert few.so_far.isnan().tolist() == [True, False]
    with pytest.raises(ValueError, match="for each of 2 axes"):
        layer_errors(tokens, images(4), [(1,)])
