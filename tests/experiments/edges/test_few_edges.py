"""Tests of the experiment few_edges: ranks, the least layer and open weights by other means."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome
from convlab.workbench import Workbench
from experiments.edges import _edge_lessons as lessons

few_edges = lab.load(catalogue.experiments()["few_edges"])


@settings(max_examples=40)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6), st.integers(0, 999))
def test_the_rank_is_that_of_numpy(rows: int, inner: int, columns: int, seed: int) -> None:
    """Of products, whose rank is `inner` at most."""
    draw = Generator().manual_seed(seed)
    one = torch.randint(-3, 4, (rows, inner), generator=draw)
    product = one @ torch.randint(-3, 4, (inner, columns), generator=draw)
    assert lessons.rank(product) == np.linalg.matrix_rank(product.numpy())


def test_windows_and_edges_are_those_of_loops() -> None:
    images = lessons.whole_images(2, 3, Generator().manual_seed(0))
    rows = [image[i, j : j + 2].tolist() for image in images for i in range(3) for j in range(2)]
    assert lessons.windows(images).tolist() == rows
    assert lessons.edges(images).flatten().tolist() == [right - left for left, right in rows]


@pytest.mark.parametrize("known", [0, 3, 9])
def test_what_is_missed_is_what_the_pseudoinverse_misses(known: int) -> None:
    draw = Generator().manual_seed(known)
    images, new = (lessons.noise(count, 3, draw) for count in (known, 5))
    layer = np.linalg.pinv(images.flatten(1).numpy()) @ lessons.edges(images).numpy()
    wrong = new.flatten(1).numpy() @ layer - lessons.edges(new).numpy()
    expected = (wrong**2).sum() / float(lessons.edges(new).square().sum())
    assert lessons.missed(images, new) == pytest.approx(expected, abs=1e-12)


def test_images_that_repeat_themselves_are_seen_to_teach_nothing() -> None:
    images = lessons.whole_images(20, 3, Generator().manual_seed(0))
    again = images[:1].expand(5, 3, 3)
    assert few_edges.images_needed(lessons.pixels, images, 9) == 9
    assert few_edges.images_needed(lessons.pixels, torch.cat((again, images[1:])), 9) == 13


def test_the_claim_on_ranks_holds_for_other_sides() -> None:
    (claim,) = (claim for claim in few_edges.CLAIMS if claim.id == "C013o2")
    for side in (3, 5):
        measurements = Measurements()
        few_edges.add_ranks(measurements, side, Workbench(first_seed=side))
        assert claim.check(measurements).outcome is Outcome.HOLDS
