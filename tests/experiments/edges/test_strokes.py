"""Tests of the experiment strokes: kernels, measured widths, answers by hand, and the verdicts."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest
import torch
from scipy.signal import convolve2d
from torch import Generator

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome
from experiments.edges import _stroke_answers as answering
from experiments.edges import _stroke_images as imaging
from experiments.edges import _stroke_kernels as kernels
from experiments.edges._stroke_names import FULL, MAXIMUM, MISMATCHES, SAME

strokes = lab.load(catalogue.experiments()["strokes"])


def seeded(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def test_kernels_have_mean_0_and_norm_1_and_are_as_many() -> None:
    bank = kernels.fitted(8, 1.5)
    assert bank.straight.shape == bank.curved.shape == (16, 1, 7, 7)
    for each in (*bank.straight, *bank.curved):
        assert float(each.mean()) == pytest.approx(0, abs=1e-6)
        assert float(each.square().sum()) == pytest.approx(1, abs=1e-5)


def test_a_line_and_an_arc_lie_where_geometry_says() -> None:
    """Across the middle, both are a vertical stroke; three pixels above, the arc is off by r."""
    line, arc = kernels.line(7, 1, pi / 2), kernels.arc(7, 1, 3, 0)
    assert line[:, 3].tolist() == pytest.approx([1] * 7) and float(line.sum()) == pytest.approx(7)
    assert arc[3].tolist() == pytest.approx([0, 0, 0, 1, 0, 0, 0])
    assert float(arc[0, 6]) == pytest.approx(1)  # (3, 3) above and right: on the circle


@pytest.mark.parametrize("width", [3, 4, 6, 8])
def test_the_width_of_a_long_bar_is_measured(width: int) -> None:
    x = torch.zeros(2, 1, 28, 28)
    x[0, :, :, 5 : 5 + width] = 0.7  # a faint one is as wide
    x[1, :, 5 : 5 + width] = 1
    assert imaging.widths(x).tolist() == pytest.approx([width] * 2, abs=0.35)


def test_drawn_rings_have_a_hole_and_strokes_have_none() -> None:
    images = imaging.drawn(40, seeded())
    middle = images.x[:, 0, 12:16, 12:16].mean(dim=(1, 2))
    assert images.y.sum() == 20 and float(middle[images.y == 0].max()) < 0.1
    assert float(middle[images.y == 1].min()) > 0.3
    assert 3.2 < float(images.width.median()) < 6


def test_an_ellipse_with_equal_axes_is_a_circle() -> None:
    u, v = torch.randn(2, 50, generator=seeded())
    three = torch.tensor(3.0)
    expected = (torch.hypot(u, v) - 3).abs()
    torch.testing.assert_close(imaging.ellipse_distance(u, v, three, three), expected)


def test_the_greatest_answer_is_that_of_loops_over_kernels_and_places() -> None:
    image, bank = torch.rand(1, 1, 8, 8, generator=seeded()), kernels.fitted(8, 1.5)
    scaled = (image / image.norm())[0, 0].numpy()

    def greatest(some: torch.Tensor) -> float:
        flipped = [np.flip(each[0].numpy()) for each in some]
        return max(float(convolve2d(scaled, each, mode="same").max()) for each in flipped)

    expected = greatest(bank.straight) - greatest(bank.curved)
    assert float(kernels.difference(image, bank, MAXIMUM)) == pytest.approx(expected, abs=1e-5)
    brighter = kernels.difference(3 * image, bank, MAXIMUM)
    assert float(brighter) == pytest.approx(expected, abs=1e-5)


def test_shuffling_keeps_the_pixels_of_each_image() -> None:
    x = torch.rand(3, 1, 8, 8, generator=seeded())
    mixed = imaging.shuffled(x, seeded(1))
    assert not torch.equal(mixed, x)
    assert torch.equal(mixed.flatten(1).sort()[0], x.flatten(1).sort()[0])


def test_no_image_is_measured_and_judged() -> None:
    known = imaging.handwritten(8)
    numbered = imaging.Strokes(torch.arange(360), known.y, known.width)
    measured, judged = imaging.halves(numbered, seeded())
    assert sorted([*measured.x.tolist(), *judged.x.tolist()]) == list(range(360))


def test_the_sum_is_seen_to_differ_where_a_part_is_lost() -> None:
    measurements = Measurements()
    answering.add_sums(measurements, imaging.handwritten(8))
    assert measurements.get(MISMATCHES, zeros=FULL).center == 0
    assert measurements.get(MISMATCHES, zeros=SAME).center > 1000
    (claim,) = (claim for claim in strokes.CLAIMS if claim.id == "C104o1")
    assert claim.check(measurements).outcome is Outcome.HOLDS


def test_kernels_of_the_wrong_kind_are_seen() -> None:
    """With the two banks exchanged, the gain from drawn rings to strokes has the other sign."""
    images, bank = imaging.drawn(40, seeded()), kernels.fitted(28, 4.5)
    exchanged = kernels.Banks(bank.curved, bank.straight, bank.padding)
    ones, zeros = answering.of_labels(images, bank)
    assert ones > 0.1 and zeros < -0.1
    assert answering.of_labels(images, exchanged) == pytest.approx((-ones, -zeros))
