"""Tests of experiments/pooling: the law of noise, and ties that are broken."""

from __future__ import annotations

import pytest
import torch
from torch import Generator

from convlab import lab
from convlab.lab import catalogue
from experiments.pooling.pooling import unchanged

pooling = lab.load(catalogue.experiments()["pooling"])


def test_the_law_is_that_of_the_order_of_independent_pixels() -> None:
    """k columns before and k after are k + 1 in all; the maximum lies in the k - 1 common ones."""
    shares = [
        unchanged(pooling.noise((400, 400), Generator().manual_seed(k)), k) for k in (2, 3, 4)
    ]
    assert shares == pytest.approx([1 / 3, 1 / 2, 3 / 5], abs=0.01)


def test_breaking_ties_keeps_the_order_of_greys() -> None:
    grey = torch.linspace(0, 1, 256, dtype=torch.float64)
    dithered = grey + pooling.LEVEL * pooling.noise((256,), Generator().manual_seed(0))
    assert bool((dithered.diff() > 0).all())
    assert len(dithered.unique()) == 256
