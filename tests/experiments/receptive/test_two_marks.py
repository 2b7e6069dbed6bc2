"""Tests of experiments/receptive/two_marks: images, labels, and the sums that cancel or do not."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from convlab import lab
from convlab.lab import catalogue
from convlab.probes.exact import exact
from convlab.streams import Data, Stream, generator
from convlab.workbench import Workbench

two_marks = lab.load(catalogue.experiments()["two_marks"])
marks = two_marks.learn.__globals__
XOR, OR = two_marks.XOR, two_marks.OR
NUMBER = 5


def some(distance: int, question: str = XOR) -> Data:
    drawn: Data = marks["fours"](NUMBER, distance, question, generator(3, Stream.DATA))
    return drawn


@pytest.mark.parametrize("distance", [2, 5, 7])
def test_an_image_has_two_marks_that_far_apart_and_its_label_is_read_from_them(
    distance: int,
) -> None:
    different, dark = some(distance), some(distance, OR)
    assert torch.equal(different.x, dark.x)
    for image, is_different, is_dark in zip(different.x, different.y, dark.y, strict=True):
        (row, one), (other_row, other) = (image[0].abs() == 4).nonzero().tolist()
        assert row == other_row and distance in {other - one, 16 - (other - one)}
        kinds = image[0, row, one] > 0, image[0, row, other] > 0
        assert bool(is_different) is bool(kinds[0] != kinds[1])
        assert bool(is_dark) is not all(kinds)


def test_a_four_has_every_pair_of_kinds_once_and_the_same_clutter() -> None:
    x = some(3).x.unflatten(0, (4, NUMBER))
    rest = x.masked_fill(x.abs() == 4, 0)
    assert all(torch.equal(rest[0], each) for each in rest)
    assert torch.equal(x.sum(dim=(0, 2, 3, 4)), 4 * rest[0].sum(dim=(1, 2, 3)))  # the marks cancel
    for first in range(4):
        assert not any(torch.equal(x[first], x[second]) for second in range(first))


def drawn_logits(stages: int, distance: int) -> Tensor:
    with torch.random.fork_rng():
        torch.manual_seed(5)
        network = marks["stack"](stages, 6).double()
    network.load_state_dict(exact(network.state_dict()))
    with torch.no_grad():
        logits: Tensor = network(some(distance).x.double())
    return logits


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_the_scores_of_a_drawn_network_cancel_just_beyond_its_receptive_field(
    stages: int,
) -> None:
    """The reach by the pixels that change an output, and no formula."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        convolutions = marks["stack"](stages, 6)[:-1]  # all but the head
    image = torch.rand(1, 1, 8, 16, requires_grad=True)
    convolutions(image)[0, :, 4, 8].sum().backward()
    assert image.grad is not None
    (seen,) = image.grad[0, 0].abs().sum(dim=0).nonzero(as_tuple=True)
    assert int(seen.max() - seen.min()) == two_marks.reach(stages)
    for distance in range(2, 8):
        left = float(marks["left_of_scores"](drawn_logits(stages, distance)[None]))
        assert (left == 0) is (distance > two_marks.reach(stages))


def test_what_is_left_is_summed_by_hand() -> None:
    logits = torch.zeros(1, 8, 2)
    logits[0, :, 1] = torch.tensor([1.0, 2, 3, 4, 5, 6, 7, 18])  # two fours, kind by kind
    expected = max(abs(1 + 3 - 5 - 7), abs(2 + 4 - 6 - 18))
    assert marks["left_of_scores"](logits).tolist() == [expected]


def test_whoever_is_right_about_all_four_has_scores_that_do_not_cancel() -> None:
    right = torch.tensor([[-1.0, -2, 0.5, 0.1]])
    logits = torch.stack([-right / 2, right / 2], dim=-1)
    assert float(marks["left_of_scores"](logits)) == pytest.approx(3.6)


@pytest.mark.long
def test_a_leak_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the marks stand closer than is said, the scores do not cancel."""
    config = two_marks.Config(seeds=1, many=1, examples=4, channels=4, training={"steps": 1})
    beyond = tuple(each for each in two_marks.BEYOND if each[0] == 1)
    monkeypatch.setitem(two_marks.measure.__globals__, "STAGES", (1,))
    left = two_marks.greatest(two_marks.LEFT, beyond)
    assert left(two_marks.measure(config, Workbench())).center == 0
    place = marks["marked"]
    closer = lambda clutter, row, column, _, kinds: place(clutter, row, column, 2, kinds)  # noqa: E731
    monkeypatch.setitem(marks, "marked", closer)
    assert left(two_marks.measure(config, Workbench())).center > 0
