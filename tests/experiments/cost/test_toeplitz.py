"""Tests of experiments/cost/toeplitz against loops over pixels."""

from __future__ import annotations

from itertools import product

import torch

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements
from convlab.probes.exact import same_size
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

toeplitz = lab.load(catalogue.experiments()["toeplitz"])
FULL, MOVED = toeplitz.DENSE, toeplitz.ELSEWHERE
SIDE = 7


def test_the_matrix_is_full_or_a_band() -> None:
    config = toeplitz.Config(side=SIDE, in_channels=2, out_channels=3)
    small: Measurements = toeplitz.measure(config, Workbench())
    pixels = list(product(range(SIDE), range(SIDE)))
    near = sum(abs(a - c) <= 1 and abs(b - d) <= 1 for (a, b), (c, d) in product(pixels, pixels))
    kernels = 2 * 3
    for arm in (toeplitz.CONVOLUTION, toeplitz.BY_HAND, toeplitz.CHANGED, MOVED):
        assert small.get(toeplitz.NONZERO, arm=arm).center == kernels * near
    assert small.get(toeplitz.NONZERO, arm=toeplitz.DENSE).center == kernels * SIDE**4
    places = {arm: small.get(toeplitz.MISPLACED, arm=arm).center for arm in (FULL, MOVED)}
    assert places[FULL] == kernels * (SIDE**4 - near)
    assert 0 < places[MOVED] <= 2 * kernels * near
    conv = same_size(2, 3, 3, generator(0, Stream.WEIGHTS))
    band = toeplitz.band(conv.weight.detach(), SIDE)[: SIDE**2, : SIDE**2]
    assert (small.arrays[toeplitz.CONVOLUTION] == band.numpy()).all()


def test_whole_numbers_have_no_zero_and_are_those_of_the_seed() -> None:
    weight, again, other = (
        same_size(2, 3, 5, generator(seed, Stream.WEIGHTS)).weight for seed in (0, 0, 1)
    )
    assert weight.dtype == torch.float64
    assert torch.equal(weight, weight.round()) and weight.min() >= 1 and weight.max() <= 9
    assert torch.equal(weight, again) and not torch.equal(weight, other)
