"""Tests of convlab.train.groups: which networks are trained together."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Generator, Tensor, nn

from convlab import memory
from convlab.cost import cost
from convlab.memory import NotEnoughMemory
from convlab.models import cnn, local, mlp
from convlab.settings import Training
from convlab.streams import Data, Draw
from convlab.train import fit
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
    assert group_size(nn.Flatten(), images(4), TRAINING, range(30)) == 30
    assert group_size(convolution(2)(), images(8), TRAINING, range(30)) == 30
    assert group_size(mlp((1, 8, 8), 10, 16), images(8), TRAINING, range(30)) == 30


@pytest.mark.long
def test_large_networks_are_trained_one_after_another() -> None:
    assert group_size(nn.Linear(512, 20_000), images(512), TRAINING, range(30)) == 1
    assert group_size(cnn((1, 64, 64), 10, 64), images(64), TRAINING, range(30)) == 1


def test_convolutions_are_vmapped_only_while_they_are_small() -> None:
    build = partial(cnn, (1, 16, 16), 10, 16)
    assert group_size(build(), images(16), TRAINING, range(12)) > 1
    assert group_size(Whole(build), images(16), TRAINING, range(12)) > 1
    wide = partial(cnn, (1, 16, 16), 10, 48)
    assert group_size(wide(), images(16), TRAINING, range(12)) > 1
    assert group_size(Whole(wide), images(16), TRAINING, range(12)) == 1
    assert group_size(local((1, 32, 32), 10, 16), images(32), TRAINING, range(12)) == 1


def test_two_vmapped_networks_are_trained_one_after_another() -> None:
    small = convolution(2)
    assert group_size(small(), images(8), TRAINING, range(2)) == 2
    assert group_size(Whole(small), images(8), TRAINING, range(2)) == 1


@pytest.mark.parametrize("bound", ["GROUP_TOUCHES", "GROUP_BYTES"])
def test_a_group_is_no_larger_than_its_bytes(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = group_size(convolution(2)(), images(8), TRAINING, range(100))
    monkeypatch.setattr(grouping, bound, 100_000)
    fewer = group_size(convolution(2)(), images(8), TRAINING, range(100))
    assert 1 < fewer < everything == 100


@pytest.mark.parametrize("seeds", [1, 5, 7, 100])
def test_groups_are_nearly_equal(seeds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "GROUP_TOUCHES", 100_000)
    size = group_size(convolution(2)(), images(8), TRAINING, range(seeds))
    assert -seeds % size < -(-seeds // size)  # each group lacks one at most


def test_what_touches_too_much_for_a_cpu_is_left_together_elsewhere() -> None:
    wide = partial(nn.Linear, 512, 5_000)
    assert group_size(wide(), images(512), TRAINING, range(8), "cpu") == 1
    assert group_size(wide(), images(512), TRAINING, range(8), "cuda") > 1


def test_a_thousand_small_networks_are_one_group_on_a_card() -> None:
    assert group_size(cnn((1, 8, 8), 10, 8), images(8), TRAINING, range(1000), "cuda") == 1000


def square() -> nn.Module:
    """400 bytes of weights; its gradient and Adam's averages are as many each."""
    return nn.Sequential(nn.Linear(10, 10, bias=False), nn.Tanh())


def rows(generator: Generator) -> Data:
    """Twenty examples of 40 bytes, of which a step takes sixteen."""
    x = torch.randn(20, 10, generator=generator)
    return Data(x, x)


def bytes_of_one(held: bool, own: bool) -> int:
    saved = cost(square(), torch.ones(16, 10)).saved_bytes or 0
    touched = 4 * 400 + saved + 16 * 40
    return touched + held * (saved + own * 20 * 40)


LARGER = Training(steps=1, batch=16)  # than what a network is tried on
SHARED = rows(Generator())


@pytest.mark.parametrize(
    "bound, data, held",
    [
        ("GROUP_TOUCHES", SHARED, False),
        ("GROUP_TOUCHES", rows, False),
        ("GROUP_BYTES", SHARED, True),
        ("GROUP_BYTES", rows, True),
    ],
)
def test_a_group_takes_weights_four_times_and_what_a_step_saves(
    bound: str, data: Data | Draw, held: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = bytes_of_one(held, own=data is rows)
    for spared, expected in ((0, 5), (1, 4)):
        monkeypatch.setattr(grouping, bound, 5 * one - spared)
        assert group_size(square(), data, LARGER, range(5)) == (5 if expected == 5 else 3)
        assert group_size(square(), data, LARGER, range(4 * 5)) == expected


@pytest.mark.parametrize("data", [SHARED, rows])
def test_one_network_is_refused_if_it_alone_does_not_fit(
    data: Data | Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = bytes_of_one(held=True, own=data is rows)
    monkeypatch.setattr(memory, "physical", lambda: one)
    assert group_size(square(), data, LARGER, range(2)) == 2
    monkeypatch.setattr(memory, "physical", lambda: one - 1)
    with pytest.raises(NotEnoughMemory, match="training one network"):
        group_size(square(), data, LARGER, range(2))


def test_the_limits_of_convolutions_are_inclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    work = 8 * 8 * 2 * 5 * 5 * TRAINING.batch  # multiply-adds of a step
    chained, whole = convolution(2), partial(Whole, convolution(2))
    for spared, size in ((0, 30), (1, 1)):
        with monkeypatch.context() as patch:
            patch.setattr(grouping, "CONVOLUTION_LIMIT", work - spared)
            assert group_size(chained(), images(8), TRAINING, range(30)) == size
        with monkeypatch.context() as patch:
            patch.setattr(grouping, "VMAP_LIMIT", work - spared)
            assert group_size(whole(), images(8), TRAINING, range(30)) == size
            assert group_size(chained(), images(8), TRAINING, range(30)) == 30


def test_vmapped_networks_are_trained_together_from_four_seeds_on() -> None:
    sizes = [group_size(Whole(convolution(2)), images(8), TRAINING, range(n)) for n in (3, 4)]
    assert sizes == [1, 4]


@pytest.mark.parametrize(
    ("seeds", "steps", "said"),
    [
        (100_000, 10**6, r"seeds: 100.000\) and their losses \(steps: 1.000.000\) would take"),
        (8, 10**12, r"seeds: 8\) and their losses \(steps: 1.000.000.000.000\) would take"),
    ],
)
def test_networks_and_losses_that_cannot_be_kept_are_refused_before_they_are_made(
    seeds: int, steps: int, said: str
) -> None:
    made = []

    def build() -> nn.Module:
        made.append(nn.Linear(2, 2))
        return made[-1]

    data = Data(torch.zeros(4, 2), torch.zeros(4, 2))
    with pytest.raises(NotEnoughMemory, match=said):
        fit(build, data, nn.functional.mse_loss, seeds=seeds, training=Training(steps=steps))
    assert len(made) < 8
