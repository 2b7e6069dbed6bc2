"""Tests of convlab.grouping: which networks are trained together."""

from collections.abc import Callable

import pytest
import torch
from torch import Generator, nn

from convlab import grouping
from convlab.grouping import group_size
from convlab.settings import Training
from convlab.streams import Data

TRAINING = Training(steps=1, batch=8)


def images(side: int) -> Callable[[Generator], Data]:
    return lambda g: Data(torch.randn(16, 1, side, side, generator=g), torch.zeros(16, 1))


def convolution(width: int) -> Callable[[], nn.Module]:
    return lambda: nn.Conv2d(1, width, 5, padding=2)


def test_small_networks_are_trained_all_at_once() -> None:
    assert group_size(nn.Flatten, images(4), TRAINING, 30) == 30
    assert group_size(convolution(2), images(8), TRAINING, 30) == 30


def test_large_convolutions_are_trained_one_after_another() -> None:
    assert group_size(convolution(64), images(64), TRAINING, 30) == 1


def test_the_first_convolution_of_a_batch_that_all_share_costs_nothing_more() -> None:
    shared = images(64)(torch.Generator())
    whole = Training(steps=1, batch=16)
    assert group_size(convolution(64), shared, whole, 30) > 1


def test_networks_that_draw_are_trained_one_after_another() -> None:
    assert group_size(lambda: nn.Dropout(0.5), images(4), TRAINING, 30) == 1


def test_a_group_is_no_larger_than_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = group_size(convolution(2), images(8), TRAINING, 1000)
    monkeypatch.setattr(grouping, "GROUP_BYTES", grouping.GROUP_BYTES // 1000)
    fewer = group_size(convolution(2), images(8), TRAINING, 1000)
    assert 1 <= fewer < everything == 1000
