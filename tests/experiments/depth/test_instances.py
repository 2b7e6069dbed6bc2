"""Tests of experiments/depth/instances: scenes, maps and peaks by loops over pixels."""

from __future__ import annotations

import pytest
import torch

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Outcome
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

instances = lab.load(catalogue.experiments()["instances"])
of_mouths = instances.drawn_scenes.__globals__
drawn_scenes, peaks, answers, template = (
    of_mouths[name] for name in ("drawn_scenes", "peaks", "answers", "template")
)


def test_scenes_have_their_mouths_where_they_say() -> None:
    seen = drawn_scenes(5, 4, 0.0, generator(1, Stream.DATA))
    mouth = of_mouths["sprite"]("mouth")
    for image, places in zip(seen.images[:, 0], seen.mouths, strict=True):
        found = [
            (row, column)
            for row in range(28)
            for column in range(28)
            if torch.equal(image[row : row + 5, column : column + 5], mouth)
        ]
        assert found == [(row - 4, column - 4) for row, column in places.nonzero().tolist()]
        assert len(found) == 4


def test_scenes_to_learn_from_show_mouths_in_the_upper_left_quarter_only() -> None:
    seen = drawn_scenes(30, 1, 0.0, generator(1, Stream.DATA), first_cells=True)
    rows, columns = seen.mouths.nonzero()[:, 1:].T
    assert len(rows) == 30 and int(rows.max()) < 20 and int(columns.max()) < 20
    data = of_mouths["with_or_without"](3, generator(1, Stream.DATA), noise=0.0)
    best = answers(data.x, template()).amax((1, 2))
    full = int((template() > 0).sum())
    assert ((best == full) == (data.y == 1)).all() and data.y.sum() == 3


def test_a_peak_is_above_the_threshold_and_highest_near_it() -> None:
    maps = torch.randint(0, 9, (2, 12, 12), generator=generator(1, Stream.DATA)).float()
    found = peaks(maps, 5.0)
    for image, at_peak in zip(maps, found, strict=True):
        for row in range(12):
            for column in range(12):
                near = image[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3]
                highest = bool(image[row, column] == near.max() and image[row, column] > 5)
                assert bool(at_peak[row, column]) is highest


def test_the_law_is_that_of_the_drawn_filter() -> None:
    """25 weights of size 1: the answer to noise of 0.4 has a standard deviation of 5 x 0.4."""
    kernel = template()
    assert float(kernel.square().sum()) ** 0.5 == instances.PART
    blank = 0.4 * torch.randn(4, 1, 200, 200, generator=generator(1, Stream.DATA))
    assert float(answers(blank, kernel)[:, 4:-4, 4:-4].std()) == pytest.approx(2.0, rel=0.02)


@pytest.mark.parametrize("down, right", [(0, 0), (2, -1), (1, 0)])
def test_the_place_of_a_filter_is_found_from_single_mouths(down: int, right: int) -> None:
    """A filter that holds the mouth lower in its window answers so much higher in the image."""
    kernel = torch.zeros(1, 1, 5, 5)
    for row, column in template()[0, 0].clamp(min=0).nonzero().tolist():
        if 0 <= row - down < 5 and 0 <= column - right < 5:
            kernel[0, 0, row - down, column - right] = 1
    kernel[kernel == 0] = -1
    assert of_mouths["offset"](drawn_scenes(20, 1, 0.0, generator(1, Stream.DATA)), kernel) == (
        down,
        right,
    )


def outcome(claim: str) -> Outcome:
    config = instances.Config(seeds=1, scenes=2, tried=3, training={"steps": 1})
    (found,) = (each for each in instances.CLAIMS if each.id == claim)
    verdict: Outcome = found.check(instances.measure(config, Workbench()), config).outcome
    return verdict


def test_a_filter_without_its_mouth_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outcome("C311o1") is Outcome.HOLDS
    flat = torch.ones(1, 1, 5, 5)
    monkeypatch.setitem(instances.filters_of_each_seed.__globals__, "template", lambda: flat)
    assert outcome("C311o1") is Outcome.REFUTED
