"""Tests of experiments/padding/_halves.py: pairs, balanced labels, networks, exact logits."""

from __future__ import annotations

import pytest
import torch
from torch import Generator, Tensor, nn
from torch.func import stack_module_state

from convlab.train import Networks
from experiments.padding._halves import (
    DIGIT,
    GAPS,
    SIDE,
    accuracy,
    held_out,
    labelled_pairs,
    largest_difference,
    lesson,
    logits,
    network,
    pairs,
    small_digits,
)


def seeded(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def white(count: int) -> Tensor:
    return torch.ones(count, 1, DIGIT, DIGIT)


def rows(image: Tensor) -> tuple[int, int]:
    """The first and the last row of a canvas (1, S, S) that is not black."""
    bright = image[0].any(dim=1).nonzero().flatten()
    return int(bright[0]), int(bright[-1])


def test_digits_are_means_of_four_pixels_and_drawn_by_their_generator() -> None:
    train, test = small_digits(seeded())
    assert train.shape[1:] == test.shape[1:] == (1, DIGIT, DIGIT)
    assert len(train) + len(test) == 1797
    assert torch.equal(64 * train, (64 * train).round())
    assert torch.equal(train, small_digits(seeded())[0])


def test_a_pair_is_one_digit_in_the_top_and_in_the_bottom_half() -> None:
    digits = torch.rand(50, 1, DIGIT, DIGIT, generator=seeded()) + 0.1
    (upper, lower), _ = pairs(digits, seeded())
    assert upper.shape == lower.shape == (50, 1, SIDE, SIDE)
    half = SIDE // 2
    assert not upper[..., half:, :].any() and not lower[..., :half, :].any()
    assert torch.equal(upper[..., :half, :], lower[..., half:, :])
    assert torch.equal(upper[upper > 0].view_as(digits), digits)


def test_the_gap_is_what_lies_between_the_digit_and_the_border_of_its_half() -> None:
    (upper, lower), gap = pairs(white(200), seeded())
    for above, below, expected in zip(upper, lower, gap.tolist(), strict=True):
        assert expected == min(rows(above)[0], SIDE - 1 - rows(below)[1])
    assert set(gap.tolist()) == set(GAPS)


def test_labels_are_the_position() -> None:
    data = labelled_pairs(white(30), 20, seeded())
    assert data.y.tolist() == [int(rows(image)[0] >= SIDE // 2) for image in data.x]
    assert data.y.bincount().tolist() == [20, 20]


@pytest.mark.parametrize("count", [2, 20])
def test_wrong_labels_are_balanced_and_right_as_often_as_wrong(count: int) -> None:
    right = labelled_pairs(white(30), count, seeded())
    wrong = labelled_pairs(white(30), count, seeded(), wrong=True)
    assert torch.equal(right.x, wrong.x)
    assert wrong.y.bincount().tolist() == [count, count]
    assert int((right.y == wrong.y).sum()) == count
    assert torch.equal(wrong.y[:count], 1 - wrong.y[count:])  # each pair still has both labels


def test_each_generator_draws_pairs_of_its_own() -> None:
    digits = torch.rand(9, 1, 4, 4, generator=seeded())
    first, again, other = (labelled_pairs(digits, 6, seeded(seed)).x for seed in (0, 0, 1))
    assert first.shape == (12, 1, SIDE, SIDE)
    assert torch.equal(first, again) and not torch.equal(first, other)


@pytest.mark.parametrize("flat", [False, True])
def test_the_network_has_so_many_layers_and_two_logits(flat: bool) -> None:
    layers = network("zeros", 3, 5, flat)
    assert sum(isinstance(layer, nn.Conv2d) for layer in layers) == 3
    assert layers(torch.zeros(4, 1, SIDE, SIDE)).shape == (4, 2)
    assert layers[-1].in_features == (5 * SIDE**2 if flat else 5)


def stacked(*each: nn.Module) -> Networks:
    parameters, _ = stack_module_state(list(each))
    return Networks(each[0], parameters, torch.zeros(len(each), 1))


def with_margins(values: list[list[list[float]]]) -> Tensor:
    """The logits (S, 2, N, 2) of networks with these margins (S, 2, N) for class 1."""
    margin = torch.tensor(values)
    return torch.stack((torch.zeros_like(margin), margin), dim=-1)


def test_logits_are_those_of_each_network_with_rounded_weights() -> None:
    torch.manual_seed(0)
    layers = [nn.Linear(3, 2) for _ in range(4)]
    x = torch.randint(64, (4, 2, 50, 3)) / 64
    of_all = logits(stacked(*layers), x)
    assert of_all.shape == (4, 2, 50, 2)
    for layer, own, of_one in zip(layers, x, of_all, strict=True):
        weight, bias = ((256 * p.detach().double()).round() / 256 for p in layer.parameters())
        torch.testing.assert_close(of_one, own.double() @ weight.T + bias, rtol=0, atol=0)


def test_logits_do_not_depend_on_the_order_of_their_sums() -> None:
    torch.manual_seed(0)
    layer, order = nn.Linear(1000, 2), torch.randperm(1000)
    permuted = nn.Linear(1000, 2)
    permuted.load_state_dict({"weight": layer.weight[:, order], "bias": layer.bias})
    x = torch.randint(65, (1, 2, 7, 1000)) / 64
    assert torch.equal(logits(stacked(layer), x), logits(stacked(permuted), x[..., order]))
    assert not torch.equal(layer(x), permuted(x[..., order]))  # as those of float32 do


def test_accuracy_wants_class_0_for_firsts_and_class_1_for_seconds() -> None:
    mixed = [[-1.0, -1.0, 1.0, 1.0], [1.0, -1.0, 1.0, -1.0]]
    right, guessing = [[-1.0] * 4, [1.0] * 4], [[1.0] * 4, [1.0] * 4]
    of_all = with_margins([mixed, right, guessing])
    assert accuracy(of_all, torch.ones(3, 4)).tolist() == [50, 100, 50]
    among = torch.tensor([[1, 0, 0, 0], [0, 1, 1, 0], [1, 1, 1, 1]]).bool()
    assert accuracy(of_all, among).tolist() == [100, 100, 50]


@pytest.mark.parametrize("step", [0.0, 0.5, -2.0])
def test_the_largest_difference_is_within_a_pair(step: float) -> None:
    first = torch.randn(3, 4, generator=seeded()).round()
    second = first.clone()
    second[1, 2] += step
    of_pairs = with_margins(torch.stack((first, second), dim=1).tolist())
    every = torch.ones(3, 4, dtype=torch.bool)
    assert largest_difference(of_pairs, every) == abs(step)
    every[1, 2] = False
    assert largest_difference(of_pairs, every) == 0


def ink(images: Tensor) -> list[float]:
    return sorted(images.flatten(1).sum(dim=1).tolist())


def test_a_seed_is_tested_on_the_digits_that_it_has_not_learned() -> None:
    x, gaps = held_out(map(seeded, (3, 4)))
    train, test = small_digits(seeded(3))
    assert x.shape == (2, 2, len(test), 1, SIDE, SIDE) and gaps.shape == (2, len(test))
    assert ink(lesson(len(train), seeded(3)).x) == ink(train.repeat(2, 1, 1, 1))
    assert ink(x[0, 0]) == ink(x[0, 1]) == ink(test) != ink(x[1, 0])
