"""Tests of convlab.data.halves: paired, balanced, and told by position alone."""

from __future__ import annotations

import pytest
import torch
from torch import Generator, Tensor

from experiments.padding._halves import DIGIT, GAPS, SIDE, labelled, pairs, small_digits


def drawn(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def solid(count: int) -> Tensor:
    return torch.ones(count, 1, DIGIT, DIGIT)


def rows(image: Tensor) -> tuple[int, int]:
    """The first and the last row of a canvas (1, S, S) that is not black."""
    found = image[0].any(dim=1).nonzero().flatten()
    return int(found[0]), int(found[-1])


def test_digits_are_means_of_four_pixels_and_drawn_by_their_generator() -> None:
    train, test = small_digits(drawn())
    assert train.shape[1:] == test.shape[1:] == (1, DIGIT, DIGIT)
    assert len(train) + len(test) == 1797
    assert torch.equal(64 * train, (64 * train).round())
    assert torch.equal(train, small_digits(drawn())[0])


def test_a_pair_is_one_digit_in_the_top_and_in_the_bottom_half() -> None:
    digits = torch.rand(50, 1, DIGIT, DIGIT, generator=drawn()) + 0.1
    (upper, lower), _ = pairs(digits, drawn())
    assert upper.shape == lower.shape == (50, 1, SIDE, SIDE)
    half = SIDE // 2
    assert not upper[..., half:, :].any() and not lower[..., :half, :].any()
    assert torch.equal(upper[..., :half, :], lower[..., half:, :])
    assert torch.equal(upper[upper > 0].view_as(digits), digits)


def test_the_gap_is_what_lies_between_the_digit_and_the_border_of_its_half() -> None:
    (upper, lower), gap = pairs(solid(200), drawn())
    for above, below, expected in zip(upper, lower, gap.tolist(), strict=True):
        assert expected == min(rows(above)[0], SIDE - 1 - rows(below)[1])
    assert set(gap.tolist()) == set(GAPS)


def test_labels_are_the_position() -> None:
    x, y = labelled(solid(30), 20, drawn())
    assert y.tolist() == [int(rows(image)[0] >= SIDE // 2) for image in x]
    assert y.bincount().tolist() == [20, 20]


@pytest.mark.parametrize("count", [2, 20])
def test_wrong_labels_are_balanced_and_right_as_often_as_wrong(count: int) -> None:
    x, right = labelled(solid(30), count, drawn())
    same, wrong = labelled(solid(30), count, drawn(), wrong=True)
    assert torch.equal(x, same)
    assert wrong.bincount().tolist() == [count, count]
    assert int((right == wrong).sum()) == count
    assert torch.equal(wrong[:count], 1 - wrong[count:])  # each pair still has both labels
