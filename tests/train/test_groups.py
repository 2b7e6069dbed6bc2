"""Tests of convlab.grouping: which networks are trained together."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Generator, Tensor, nn

from convlab.models import cnn, local, mlp
from convlab.settings import Training
from convlab.streams import Data
from convlab.train import groups as grouping
from convlab.train.groups import group_size

TRAINING = Training(steps=1, batch=8)
Built = Callable[[], nn.Module]


def images(side: int) -> Callable[[Generator], Data]:
    return lambda g: Data(torch.randn(16, 1, side, side, generator=g), torch.zeros(16, 1))


def convolution(width: int) -> Built:
    return lambda: nn.Conv2d(1, width, 5, padding=2)


class Whole(nn.Module):
    """A network that is not a chain of known layers."""

    def __init__(self, build: Built) -> None:
        super().__init__()
        self.inner = build()

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.inner(x)
        return output


def test_small_networks_are_trained_all_at_once() -> None:
    assert group_size(nn.Flatten, images(4), TRAINING, 30) == 30
    assert group_size(convolution(2), images(8), TRAINING, 30) == 30
    assert group_size(partial(mlp, (1, 8, 8), 10, 16), images(8), TRAINING, 30) == 30


def test_large_networks_are_trained_one_after_another() -> None:
    assert group_size(partial(nn.Linear, 512, 20_000), images(512), TRAINING, 30) == 1
    assert group_size(partial(cnn, (1, 64, 64), 10, 64), images(64), TRAINING, 30) == 1


def test_convolutions_are_vmapped_only_while_they_are_small() -> None:
    build = partial(cnn, (1, 16, 16), 10, 16)
    assert group_size(build, images(16), TRAINING, 12) > 1
    assert group_size(partial(Whole, build), images(16), TRAINING, 12) > 1
    wide = partial(cnn, (1, 16, 16), 10, 48)
    assert group_size(wide, images(16), TRAINING, 12) > 1
    assert group_size(partial(Whole, wide), images(16), TRAINING, 12) == 1
    assert group_size(partial(local, (1, 32, 32), 10, 16), images(32), TRAINING, 12) == 1


def test_two_vmapped_networks_are_trained_one_after_another() -> None:
    small = convolution(2)
    assert group_size(small, images(8), TRAINING, 2) == 2
    assert group_size(partial(Whole, small), images(8), TRAINING, 2) == 1


def test_networks_that_draw_are_trained_one_after_another() -> None:
    assert group_size(lambda: nn.Dropout(0.5), images(4), TRAINING, 30) == 1


@pytest.mark.parametrize("bound", ["GROUP_TOUCHES", "GROUP_BYTES"])
def test_a_group_is_no_larger_than_its_bytes(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = group_size(convolution(2), images(8), TRAINING, 100)
    monkeypatch.setattr(grouping, bound, 100_000)
    fewer = group_size(convolution(2), images(8), TRAINING, 100)
    assert 1 < fewer < everything == 100


@pytest.mark.parametrize("seeds", [1, 5, 7, 100])
def test_groups_are_nearly_equal(seeds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "GROUP_TOUCHES", 100_000)
    size = group_size(convolution(2), images(8), TRAINING, seeds)
    assert -seeds % size < -(-seeds // size)  # each group lacks one at most


def test_what_touches_too_much_for_a_cpu_is_left_together_elsewhere() -> None:
    wide = partial(nn.Linear, 512, 5_000)
    assert group_size(wide, images(512), TRAINING, 8, "cpu") == 1
    assert group_size(wide, images(512), TRAINING, 8, "cuda") > 1
