"""Tests of _lifted_digits: where the digits stand, and what networks learn from."""

from __future__ import annotations

import pytest
import torch
from torch import Generator, Tensor

from convlab.data import Dataset, load
from convlab.settings import Training
from convlab.workbench import Workbench
from experiments.translation._canvas import CHANCE, CLASSES, DIGIT, ROWS, SIDE, Learning
from experiments.translation._canvas_networks import perceptron
from experiments.translation._lifted_digits import (
    WHITE,
    below_and_above,
    learn,
    lift,
    place,
    split_digits,
)

FULL = Dataset(
    "blocks", torch.ones(40, 1, DIGIT, DIGIT), torch.arange(40) % 4, ("a", "b", "c", "d")
)


def tops(x: Tensor) -> Tensor:
    """The first row of every image that is not black."""
    return (x.sum(dim=(1, 3)) > 0).int().argmax(dim=1)


@pytest.mark.parametrize("rows", range(1, ROWS + 1))
def test_digits_stand_on_the_lowest_rows(rows: int) -> None:
    x, y = place(FULL, rows, 20, Generator().manual_seed(0))
    assert x.shape == (800, 1, SIDE, SIDE) and torch.equal(y, FULL.y.repeat(20))
    assert set(tops(x).tolist()) == set(range(ROWS - rows, ROWS))
    assert (x.sum(dim=(1, 2, 3)) == WHITE * DIGIT**2).all()


def test_the_lowest_row_leaves_the_upper_half_black() -> None:
    x, _ = place(FULL, 1, 3, Generator().manual_seed(0))
    assert not x[..., :DIGIT, :].any()
    assert torch.equal(lift(x)[..., :DIGIT, :], x[..., DIGIT:, :])
    assert not lift(x)[..., DIGIT:, :].any()


def test_each_generator_has_places_of_its_own() -> None:
    generators = [Generator().manual_seed(seed) for seed in (0, 1, 0)]
    below, above = below_and_above(FULL, generators)
    assert below.shape == above.shape == (3, 40, 1, SIDE, SIDE)
    assert torch.equal(below[0], below[2]) and not torch.equal(below[0], below[1])
    assert torch.equal(lift(above), below)  # twice half a canvas is all of it


def test_guessing_is_right_once_in_all_classes() -> None:
    digits = load("digits")
    assert len(digits.classes) == CLASSES and CHANCE * CLASSES == 100
    assert digits.x.shape[1:] == (1, DIGIT, DIGIT)


def test_all_seeds_have_one_split_and_places_of_their_own() -> None:
    one, two = split_digits(1), split_digits(2)
    assert len(two.below) == len(two.above) == 2 and two.below.shape[1] == len(two.y)
    assert len(two.y) + len(two.train.y) == len(load("digits").y)
    assert torch.equal(two.below[:1], one.below) and torch.equal(two.y, one.y)
    assert not torch.equal(two.below[0], two.below[1])


def test_networks_learn_what_the_settings_say() -> None:
    training = Training(steps=2, batch=16)
    settings = Learning(seeds=3, channels=2, placements=1, training=training)
    workbench = Workbench()
    networks = learn(split_digits(3), workbench, "few", perceptron, settings, keep=[0])
    assert workbench.losses["few"].shape == (3, 2)
    assert networks.state["1.weight"].shape == (3, 32, SIDE**2) and 0 in networks.kept


@pytest.mark.parametrize(("rows", "placements"), [(1, 1), (ROWS, 2)])
def test_networks_learn_from_the_lowest_rows_alone(rows: int, placements: int) -> None:
    digits = split_digits(1)
    data = digits.draw(rows, placements)(Generator().manual_seed(0))
    assert set(tops(data.x).tolist()) == set(range(ROWS - rows, ROWS))
    assert len(data.x) == placements * len(digits.train.x)
