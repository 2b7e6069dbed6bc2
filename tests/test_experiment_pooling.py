"""Tests of experiments/pooling: the shares that stay, against loops over windows and positions."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import Generator, Tensor

from convlab import catalogue, lab

pooling = lab.load(catalogue.LAB / "experiments" / "pooling.py")


def image(side: int) -> Tensor:
    """Few greys, so that many maxima are tied."""
    return torch.randint(6, (side, side + 3), generator=Generator().manual_seed(0)).double()


@pytest.mark.parametrize("k", [2, 3, 4])
def test_unchanged_counts_windows_of_the_moved_image(k: int) -> None:
    old = image(9)
    new = old.roll(1, dims=1)  # its column 0 came round the border: windows there do not count
    corners = list(product(range(9 - k + 1), range(1, 12 - k + 1)))
    same = [old[r : r + k, c : c + k].max() == new[r : r + k, c : c + k].max() for r, c in corners]
    assert pooling.unchanged(old, k) == pytest.approx(sum(same).item() / len(corners))


@pytest.mark.parametrize("k", [2, 3, 4])
@pytest.mark.parametrize("shift", [(0, 1), (1, 1), (0, 2)])
def test_a_spike_stays_in_its_window(k: int, shift: tuple[int, int]) -> None:
    rows, columns = shift
    assert pooling.spike_unchanged(k, shift) == pytest.approx((1 - rows / k) * (1 - columns / k))


def test_the_law_is_that_of_the_order_of_independent_pixels() -> None:
    """k columns before and k after are k + 1 in all; the maximum lies in the k - 1 common ones."""
    shares = [
        pooling.unchanged(pooling.noise((400, 400), Generator().manual_seed(k)), k)
        for k in (2, 3, 4)
    ]
    assert shares == pytest.approx([1 / 3, 1 / 2, 3 / 5], abs=0.01)


def test_breaking_ties_keeps_the_order_of_greys() -> None:
    grey = torch.linspace(0, 1, 256, dtype=torch.float64)
    dithered = grey + pooling.LEVEL * pooling.noise((256,), Generator().manual_seed(0))
    assert bool((dithered.diff() > 0).all())
    assert len(dithered.unique()) == 256
