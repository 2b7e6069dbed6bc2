"""Tests of experiments/red_green: its images, its networks, and that no logit moves."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample, exactly
from convlab.streams import Stream, generator
from convlab.workbench import Workbench
from experiments.translation import _red_green_arms as arms
from experiments.translation import _scenes_of_squares as squares
from experiments.translation._red_green_networks import network

red_green = lab.load(catalogue.experiments()["red_green"])
DRAWN = squares.scenes(400, generator(0, Stream.DATA))


def edges(channel: Tensor) -> tuple[int, int]:
    """The upper row and the left column of the only square in a channel (H, W)."""
    (rows, columns) = channel.nonzero(as_tuple=True)
    top, left = int(rows.min()), int(columns.min())
    block = channel[top : top + squares.SQUARE, left : left + squares.SQUARE]
    assert block.sum() == channel.sum() == squares.SQUARE**2
    return top, left


def test_red_is_left_of_green_in_class_0_and_stands_high() -> None:
    assert DRAWN.x.shape == (400, 3, 32, 32) and not DRAWN.x[:, 2].any()
    seen = set()
    for x, y in zip(DRAWN.x, DRAWN.y.tolist(), strict=True):
        (red_row, red), (green_row, green) = edges(x[0]), edges(x[1])
        left, right = (red, green) if y == 0 else (green, red)
        assert 0 <= left <= 9 and left + 5 <= right <= 27
        center = 7 if y == 0 else 23
        assert {red_row - center, green_row - center} <= set(range(-4, 4))
        seen |= {(y, red_row - center), (y, green_row - center)}
    assert len(seen) == 16  # every row of both classes


def test_exchanged_images_stand_on_the_rows_of_the_other_class() -> None:
    moved = squares.exchanged(DRAWN.x)
    for x, other, y in zip(DRAWN.x, moved, DRAWN.y.tolist(), strict=True):
        for before, after in zip(x[:2], other[:2], strict=True):
            (row, column), (new_row, new_column) = edges(before), edges(after)
            assert new_column == column and new_row == row + (16 if y == 0 else -16)


def test_images_of_training_validation_and_test_differ() -> None:
    bench = Workbench()
    streams = (Stream.DATA, Stream.SPLIT, Stream.HELD_OUT)
    one, two, three = (squares.of_seeds(bench, stream, 2, 20).x for stream in streams)
    assert not torch.equal(one, two) and not torch.equal(two, three)
    assert not torch.equal(one[0], one[1])
    by_training = squares.scenes(20, bench.generator(Stream.DATA, 1))
    assert torch.equal(one[1], by_training.x)


@pytest.mark.parametrize(
    ("arm", "side"), [(arms.VALID, 2), (arms.ZEROS, 4), (arms.CIRCULAR, 4), (arms.FULL, 6)]
)
def test_networks_have_the_published_layers(arm: str, side: int) -> None:
    layers = network(arm, 32)
    assert isinstance(layers, nn.Sequential)
    convolutions = [each for each in layers if isinstance(each, nn.Conv2d)]
    assert [c.weight.shape[:2] for c in convolutions] == [(32, 3), (32, 32), (64, 32), (64, 64)]
    assert [c.stride for c in convolutions] == [(1, 1), (2, 2), (2, 2), (2, 2)]
    assert all(c.bias is None for c in convolutions)
    assert layers[:8](torch.zeros(1, 3, 32, 32)).shape[2:] == (side, side)


def test_full_padding_is_as_if_the_image_had_no_border() -> None:
    """An image in a larger black one, anywhere, has the same maxima."""
    layers = network(arms.FULL, 4).double()
    x = DRAWN.x[:6].double()
    for right, below in ((0, 8), (16, 8)):
        larger = pad(x, (16 - right, right, 16 - below, below))
        assert torch.allclose(layers(larger), layers(x), atol=1e-12)
    assert not torch.allclose(layers(pad(x, (3, 5, 8, 0))), layers(x), atol=1e-6)  # of stride 8


def measured(zeros: float, changed: float) -> Measurements:
    found = Measurements()
    for arm in arms.ARMS:
        low = zeros if arm == arms.ZEROS else 60.0
        right = {red_green.SIMILAR: mean(95.0), red_green.EXCHANGED: mean(low)}
        found.add("accuracy", {"arm": arm, "by": arms.HERE}, right)
        change = changed if arm in (arms.CIRCULAR, arms.FULL) else 1.0
        found.add("change", {"arm": arm}, {red_green.CHANGE: exactly(change)})
    for arm in (arms.ZEROS, arms.HALF):
        found.add("validation", {"arm": arm}, {red_green.VALIDATED: mean(95.0)})
    return found


def mean(value: float) -> Sample:
    return Sample((value - 1, value, value + 1) * 3, "mean", "weights and data")


@pytest.mark.parametrize(
    ("zeros", "changed", "expected"),
    [
        (5.0, 0.0, (Outcome.HOLDS, Outcome.HOLDS)),
        (5.0, 1e-9, (Outcome.HOLDS, Outcome.REFUTED)),
        (60.0, 0.0, (Outcome.INVALID, Outcome.HOLDS)),
    ],
)
def test_a_network_that_looks_at_colours_would_be_seen(
    zeros: float, changed: float, expected: tuple[Outcome, Outcome]
) -> None:
    found, config = measured(zeros, changed), red_green.Config()
    by_id = {claim.id: claim for claim in red_green.CLAIMS}
    outcomes = tuple(by_id[name].check(found, config).outcome for name in ("C319o1", "C319o3"))
    assert outcomes == expected


@pytest.mark.parametrize("name", ["red_green", "red_green-long"])
def test_both_configs_predict_by_the_same_claims(name: str) -> None:
    plan = lab.plan(name)
    assert {claim.id for claim in plan.claims} == {"C319o1", "C319o2", "C319o3", "C319o4"}
