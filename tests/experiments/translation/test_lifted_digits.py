"""Tests of _lifted_digits: where the digits stand, and what networks learn from."""

from __future__ import annotations

import pytest
import torch
from torch import Generator, Tensor

from convlab.data import Dataset, load
from convlab.settings import Training
from convlab.streams import Stream, generator
from convlab.workbench import Workbench
from experiments.translation._canvas import CHANCE, CLASSES, DIGIT, ROWS, SIDE, Learning
from experiments.translation._canvas_networks import perceptron
from experiments.translation._lifted_digits import (
    WHITE,
    held_out,
    learn,
    lift,
    place,
    training_digits,
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


def test_what_is_lifted_twice_is_where_it_was() -> None:
    digits = held_out(Workbench(), 1)
    assert digits.below.shape == digits.above.shape == (1, len(digits.y[0]), 1, SIDE, SIDE)
    assert torch.equal(lift(digits.above), digits.below)


def test_guessing_is_right_once_in_all_classes() -> None:
    digits = load("digits")
    assert len(digits.classes) == CLASSES and CHANCE * CLASSES == 100
    assert digits.x.shape[1:] == (1, DIGIT, DIGIT)


def test_each_seed_has_a_split_and_places_of_its_own() -> None:
    one, two, next_one = (
        held_out(Workbench(first_seed=s), n) for s, n in ((0, 1), (0, 2), (1, 1))
    )
    assert torch.equal(two.below[:1], one.below) and torch.equal(two.below[1:], next_one.below)
    assert torch.equal(two.y[:1], one.y) and two.below.shape[1] == two.y.shape[1]
    ink = [each.sum(dim=(1, 2, 3)) for each in two.below]  # whatever the places
    assert not torch.equal(two.below[0], two.below[1])
    assert set(ink[0].tolist()) != set(ink[1].tolist())  # other digits are held out


@pytest.mark.parametrize("seed", [0, 1000])
def test_no_digit_is_both_learned_and_held_out(seed: int) -> None:
    learned = training_digits(1, 1)(generator(seed, Stream.DATA))
    held = held_out(Workbench(first_seed=seed), 1)
    assert len(learned.y) + len(held.y[0]) == len(load("digits").y)
    ink = [x.double().sum(dim=(1, 2, 3)) for x in (learned.x, held.below[0])]
    of_all = WHITE * load("digits").x.double().sum(dim=(1, 2, 3))
    assert torch.equal(torch.cat(ink).sort().values, of_all.sort().values)


def test_networks_learn_what_the_settings_say() -> None:
    training = Training(steps=2, batch=16)
    settings = Learning(seeds=3, channels=2, placements=1, training=training)
    workbench = Workbench()
    networks = learn(workbench, "few", perceptron, settings)
    assert workbench.losses["few"].shape == (3, 2)
    assert networks.state["1.weight"].shape == (3, 32, SIDE**2) and 0 in networks.kept
    longer = training.model_copy(update={"steps": 4})
    learn(workbench, "longer", perceptron, settings, training=longer)
    assert workbench.losses["longer"].shape == (3, 4)


@pytest.mark.parametrize(("rows", "placements"), [(1, 1), (ROWS, 2)])
def test_networks_learn_from_the_lowest_rows_alone(rows: int, placements: int) -> None:
    one, data = (training_digits(rows, n)(Generator().manual_seed(0)) for n in (1, placements))
    assert set(tops(data.x).tolist()) == set(range(ROWS - rows, ROWS))
    assert len(data.x) == placements * len(one.x)
