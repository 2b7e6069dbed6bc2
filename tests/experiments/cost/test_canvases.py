"""Digits on larger canvases: where they lie, what the laws say, and that a bias breaks one."""

from functools import partial
from importlib import import_module
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from convlab import lab
from convlab.config import ConfigError
from convlab.lab import catalogue
from convlab.settings import Training
from convlab.streams import Data, Stream
from convlab.train import Networks, fit
from convlab.workbench import Workbench

canvases = lab.load(catalogue.experiments()["canvases"])
study = import_module(f"{canvases.__name__.rpartition('.')[0]}._on_canvases")
sides = st.integers(8, 24).map(lambda half: 2 * half)
family = settings(max_examples=15, deadline=None, derandomize=True)


def untrained(arm: str) -> Networks:
    """Two networks after one step without a gradient to speak of."""
    digits = Data(torch.rand(4, 1, 16, 16), torch.zeros(4, dtype=torch.long))
    training = Training(steps=1, lr=1e-9)
    return fit(
        partial(study.network, arm, 3),
        digits,
        nn.functional.cross_entropy,
        seeds=2,
        training=training,
    )


def pixels(seed: int) -> Tensor:
    return torch.rand(2, 3, 1, 8, 8, generator=torch.Generator().manual_seed(seed))


@given(side=sides)
@family
def test_a_digit_lies_in_the_middle_of_black(side: int) -> None:
    digit = pixels(0)[0, 0]
    canvas, first = study.on_canvas(digit, side), (side - 8) // 2
    assert canvas.shape == (1, side, side) and canvas.sum() == pytest.approx(
        8 * float(digit.sum())
    )
    assert torch.equal(canvas[:, first : first + 8, first : first + 8], 8 * digit)


@given(side=sides, seed=st.integers(0, 99))
@family
def test_the_laws_hold_for_any_weights_and_a_bias_breaks_the_second(side: int, seed: int) -> None:
    found, x = {}, pixels(seed)
    for arm in ("maximum", "mean", "mean, no biases"):
        networks = untrained(arm)
        learned, other = (study.logits(networks, x, each) for each in (16, side))
        y = torch.zeros(2, 3, dtype=torch.long)
        found[arm] = study.compared(learned, other, y, (16 / side) ** 2)
    assert found["maximum"][study.MOVED].center < 1e-12
    assert found["mean, no biases"][study.OFF].center < 1e-12
    if side > 16:
        assert found["mean"][study.OFF].center > 1e-3
        assert found["mean, no biases"][study.MOVED].center > 1e-3


def test_each_seed_is_tested_on_digits_that_it_does_not_learn() -> None:
    bench = Workbench(first_seed=5)
    x, y = study.held_out(bench, 2, 300)
    assert x.shape == (2, 300, 1, 8, 8) and y.shape == (2, 300)
    for seed in range(2):
        learned = study.training_digits(bench.generator(Stream.DATA, seed))
        known = {tuple((each / 8).flatten().tolist()) for each in learned.x[..., 4:12, 4:12]}
        both = sum(tuple(each.flatten().tolist()) in known for each in x[seed])
        assert both <= 1  # two digits of the file may be alike
    assert not torch.equal(x[0], x[1])


def test_first_weights_keep_the_size_of_the_maps() -> None:
    """As torch draws them, the second map has a fifth of this."""
    torch.manual_seed(0)
    sizes = []
    for _ in range(20):
        body = study.network("mean", 16)[:4]
        maps = body(study.on_canvas(torch.rand(8, 1, 8, 8), 16)).detach()
        sizes.append(float(maps.square().mean().sqrt()))
    assert 1 < sum(sizes) / 20 < 4  # of the canvas it is 2.3; after torch's weights 0.4


@pytest.mark.parametrize("wrong", [[32, 64], [16, 64, 32], [16, 33], [16]])
def test_sides_that_cannot_be_compared_are_refused(wrong: Any) -> None:
    with pytest.raises(ConfigError, match="sides"):
        lab.plan("canvases", {"sides": wrong})
