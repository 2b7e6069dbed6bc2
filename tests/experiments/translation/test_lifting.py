"""Tests of convlab.data.lifting: where the digits stand, and that lifting keeps them whole."""

from __future__ import annotations

import pytest
import torch
from torch import Generator, Tensor

from convlab.data import Dataset
from experiments.translation._lifting import (
    DIGIT,
    ROWS,
    SIDE,
    WHITE,
    below_and_above,
    lifted,
    placed,
)

FULL = Dataset(
    "blocks", torch.ones(40, 1, DIGIT, DIGIT), torch.arange(40) % 4, ("a", "b", "c", "d")
)


def tops(x: Tensor) -> Tensor:
    """The first row of every image that is not black."""
    return (x.sum(dim=(1, 3)) > 0).int().argmax(dim=1)


@pytest.mark.parametrize("rows", range(1, ROWS + 1))
def test_digits_stand_on_the_lowest_rows(rows: int) -> None:
    x, y = placed(FULL, rows, 20, Generator().manual_seed(0))
    assert x.shape == (800, 1, SIDE, SIDE) and torch.equal(y, FULL.y.repeat(20))
    assert set(tops(x).tolist()) == set(range(ROWS - rows, ROWS))
    assert (x.sum(dim=(1, 2, 3)) == WHITE * DIGIT**2).all()


def test_the_lowest_row_leaves_the_upper_half_black() -> None:
    x, _ = placed(FULL, 1, 3, Generator().manual_seed(0))
    assert not x[..., :DIGIT, :].any()
    assert torch.equal(lifted(x)[..., :DIGIT, :], x[..., DIGIT:, :])
    assert not lifted(x)[..., DIGIT:, :].any()


def test_each_generator_has_places_of_its_own() -> None:
    generators = [Generator().manual_seed(seed) for seed in (0, 1, 0)]
    below, above = below_and_above(FULL, generators)
    assert below.shape == above.shape == (3, 40, 1, SIDE, SIDE)
    assert torch.equal(below[0], below[2]) and not torch.equal(below[0], below[1])
    assert torch.equal(lifted(above), below)  # twice half a canvas is all of it
