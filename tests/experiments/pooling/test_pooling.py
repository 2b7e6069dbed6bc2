"""Tests of experiments/pooling: loops over windows, the laws, ties, and the verdicts."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import Generator, Tensor

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample, exactly
from convlab.workbench import Workbench

pooling = lab.load(catalogue.experiments()["pooling"])


def few_greys(side: int) -> Tensor:
    """An image with many maxima that are tied."""
    return torch.randint(6, (side, side + 3), generator=Generator().manual_seed(0)).double()


@pytest.mark.parametrize("k", [2, 3, 4])
def test_the_share_counts_windows_of_the_moved_image(k: int) -> None:
    old = few_greys(9)
    new = old.roll(1, dims=1)  # its column 0 came round the border: windows there do not count
    corners = list(product(range(9 - k + 1), range(1, 12 - k + 1)))
    windows = [(slice(row, row + k), slice(column, column + k)) for row, column in corners]
    expected = sum(bool(old[each].max() == new[each].max()) for each in windows) / len(corners)
    assert pooling.share_of_unchanged_windows(old, k) == pytest.approx(expected)


@pytest.mark.parametrize("k", [2, 3, 4])
@pytest.mark.parametrize("move", [(0, 1), (1, 1), (0, 2)])
def test_a_bright_pixel_stays_in_its_window(k: int, move: tuple[int, int]) -> None:
    rows, columns = move
    share = (1 - rows / k) * (1 - columns / k)
    assert pooling.share_of_same_outputs(k, move) == pytest.approx(share)


def test_the_law_is_that_of_the_order_of_independent_pixels() -> None:
    """k columns before and k after are k + 1 in all; the maximum lies in the k - 1 common ones."""
    for k, law in ((2, 1 / 3), (3, 1 / 2), (4, 3 / 5)):
        noise = pooling.noise((400, 400), Generator().manual_seed(k))
        assert pooling.share_of_unchanged_windows(noise, k) == pytest.approx(law, abs=0.01)
        assert pooling.law_of_noise(k) == law


def test_breaking_ties_keeps_the_order_of_greys() -> None:
    grey = torch.linspace(0, 1, 256, dtype=torch.float64)
    dithered = grey + pooling.LEVEL * pooling.noise((256,), Generator().manual_seed(0))
    assert bool((dithered.diff() > 0).all())
    assert len(dithered.unique()) == 256


def test_photographs_keep_more_maxima_than_noise_only_by_their_ties() -> None:
    shares = pooling.shares_by_image(pooling.Config(seeds=2, side=128), 2)
    for name in pooling.PHOTOGRAPHS:
        ties, no_ties = shares[name], shares[pooling.without_ties(name)]
        assert ties.exact and len(set(no_ties.values)) == 2  # noise of its own for each seed
        assert ties.center > shares[pooling.NOISE].center > no_ties.center


def test_the_distances_from_the_laws_are_the_largest_of_all_widths() -> None:
    """Two seeds are off by 0.1 and 0.2 at k = 3 alone, in either direction; so is the pixel."""
    measurements = Measurements()
    for k in pooling.WIDTHS:
        off = (0.1, -0.2) if k == 3 else (0.0, 0.0)
        share = Sample(tuple((k - 1) / (k + 1) + each for each in off), "mean")
        measurements.add("windows", {"image": pooling.NOISE, "k": k}, {pooling.UNCHANGED: share})
        same = exactly((k - 1) / k - 0.2 * (k == 3))
        factors = {"k": k, "arm": pooling.ALONG}
        measurements.add("pixel", factors, {pooling.SAME_OUTPUT: same})
    assert pooling.distance_of_noise(measurements).values == pytest.approx((0.1, 0.2))
    assert pooling.distance_of_bright_pixel(measurements).center == pytest.approx(0.2)


def test_six_draws_decide_as_predicted() -> None:
    measurements = pooling.measure(pooling.Config(seeds=6, side=512), Workbench())
    verdicts = [claim.check(measurements) for claim in pooling.CLAIMS]
    assert [v.outcome for v in verdicts] == [v.expected for v in verdicts]
    assert {v.outcome for v in verdicts} == {Outcome.HOLDS, Outcome.REFUTED}
    literal = {each.id: each.of(measurements).center for each in pooling.CLAIMS}
    assert literal["C314"] == pytest.approx(1 / 3, abs=0.01)  # of 2 x 2 windows
    assert literal["C315"] == 1 / 2
