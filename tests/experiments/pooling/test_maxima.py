"""Tests of convlab.probes.pooling, against loops over windows and positions."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import Generator, Tensor

from experiments.pooling.pooling import spike_unchanged, unchanged


def image(side: int) -> Tensor:
    """Few greys, so that many maxima are tied."""
    return torch.randint(6, (side, side + 3), generator=Generator().manual_seed(0)).double()


@pytest.mark.parametrize("k", [2, 3, 4])
def test_unchanged_counts_windows_of_the_moved_image(k: int) -> None:
    old = image(9)
    new = old.roll(1, dims=1)  # its column 0 came round the border: windows there do not count
    corners = list(product(range(9 - k + 1), range(1, 12 - k + 1)))
    same = [old[r : r + k, c : c + k].max() == new[r : r + k, c : c + k].max() for r, c in corners]
    assert unchanged(old, k) == pytest.approx(sum(same).item() / len(corners))


@pytest.mark.parametrize("k", [2, 3, 4])
@pytest.mark.parametrize("shift", [(0, 1), (1, 1), (0, 2)])
def test_a_spike_stays_in_its_window(k: int, shift: tuple[int, int]) -> None:
    rows, columns = shift
    assert spike_unchanged(k, shift) == pytest.approx((1 - rows / k) * (1 - columns / k))
