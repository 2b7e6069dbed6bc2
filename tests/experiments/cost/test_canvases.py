"""Digits on larger canvases: where they lie, what the laws say, and that a bias breaks one."""

from functools import partial
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
from convlab.streams import Data
from convlab.train import Networks, fit

canvases = lab.load(catalogue.experiments()["canvases"])
sides = st.integers(8, 24).map(lambda half: 2 * half)
family = settings(max_examples=15, deadline=None, derandomize=True)


def untrained(arm: str) -> Networks:
    """Two networks after one step without a gradient to speak of."""
    digits = Data(torch.rand(4, 1, 16, 16), torch.zeros(4, dtype=torch.long))
    training = Training(steps=1, lr=1e-9)
    return fit(
        partial(canvases.network, arm, 3),
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
    canvas, first = canvases.on_canvas(digit, side), (side - 8) // 2
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
        learned, other = (canvases.logits(networks, x, each) for each in (16, side))
        y = torch.zeros(2, 3, dtype=torch.long)
        found[arm] = canvases.compared(learned, other, y, (16 / side) ** 2)
    assert found["maximum"][canvases.MOVED].center < 1e-12
    assert found["mean, no biases"][canvases.OFF].center < 1e-12
    if side > 16:
        assert found["mean"][canvases.OFF].center > 1e-3
        assert found["mean, no biases"][canvases.MOVED].center > 1e-3


def test_each_seed_is_tested_on_the_digits_that_it_does_not_learn() -> None:
    bench = canvases.Workbench(first_seed=5)
    x, y = canvases.held_out(bench, 2)
    for seed in range(2):
        learned = canvases.training_digits(bench.generator(canvases.Stream.DATA, seed))
        assert len(learned.y) + len(y[seed]) == 1797
        known = {tuple((each / 8).flatten().tolist()) for each in learned.x[..., 4:12, 4:12]}
        both = sum(tuple(each.flatten().tolist()) in known for each in x[seed])
        assert both <= 1  # two digits of the file may be alike
    assert not torch.equal(x[0], x[1])


@pytest.mark.parametrize("wrong", [[32, 64], [16, 64, 32], [16, 33], [16]])
def test_sides_that_cannot_be_compared_are_refused(wrong: Any) -> None:
    with pytest.raises(ConfigError, match="sides"):
        lab.plan("canvases", {"sides": wrong})
