"""Tests of experiments/arithmetic/channelsums against loops over channels and pixels."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch
from torch import nn

from convlab import lab
from convlab.lab import catalogue
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

channelsums = lab.load(catalogue.experiments()["channelsums"])
INSIDE = channelsums.broken.__globals__  # of the file beside it
SMALL = channelsums.Config(channels=3, outputs=4)


def test_each_channel_is_correlated_with_its_own_square() -> None:
    for layer, x in channelsums.layers(2, generator(0, Stream.DATA)):
        maps, weight = channelsums.by_channel(layer, x), layer.weight.detach()
        outputs, inputs, high, wide = weight.shape
        for o, c in product(range(outputs), range(inputs)):
            window = x[0, c, 1 : 1 + high, 1 : 1 + wide]
            assert maps[o, c, 1, 1] == (window * weight[o, c]).sum()


def test_the_grid_has_unlike_sides_and_all_channels() -> None:
    grid = list(channelsums.layers(3, generator(0, Stream.DATA)))
    assert len(grid) == 3 * 3 * len(INSIDE["KERNELS"]) * len(INSIDE["SIDES"])
    assert {(layer.in_channels, layer.out_channels) for layer, _ in grid} == {
        *product((1, 2, 3), repeat=2)
    }


def test_a_layer_refuses_other_channels() -> None:
    assert INSIDE["refuses"](nn.Conv2d(3, 1, 2), torch.zeros(1, 1, 4, 4))
    assert not INSIDE["refuses"](nn.Conv2d(3, 1, 2), torch.zeros(1, 3, 4, 4))


def outcomes() -> dict[str, str]:
    measurements = channelsums.measure(SMALL, Workbench(first_seed=1))
    return {claim.id: claim.check(measurements, SMALL).outcome for claim in channelsums.CLAIMS}


def test_all_comes_out_as_predicted() -> None:
    assert set(outcomes().values()) == {"holds"}


def test_a_sum_that_forgets_a_channel_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole: Any = INSIDE["by_channel"]

    def forgetful(layer: nn.Conv2d, x: torch.Tensor) -> torch.Tensor:
        maps = whole(layer, x).clone()
        maps[:, -1] = 0
        return torch.as_tensor(maps)

    monkeypatch.setitem(INSIDE, "by_channel", forgetful)
    found = outcomes()
    assert found["C210"] == found["C210o1"] == "refuted" and found["C411"] == "holds"
