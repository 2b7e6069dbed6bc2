"""Tests of experiments/leak: how far zero padding reaches, in untrained networks."""

from __future__ import annotations

import pytest
import torch

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, exactly
from convlab.train import Networks
from experiments.padding._halves import GAPS, Padding, logits, network, pairs, small_digits

leak = lab.load(catalogue.experiments()["leak"])


def differing(padding: Padding, depth: int) -> set[int]:
    """The gaps at which some pair is told apart by one of five random networks."""
    drawn = torch.Generator().manual_seed(0)
    x, gap = pairs(small_digits(drawn)[1], drawn)
    torch.manual_seed(0)
    each = [network(padding, depth, 3) for _ in range(5)]
    parameters, _ = torch.func.stack_module_state(each)
    answers = logits(Networks(each[0], parameters, torch.zeros(5, 1)), x)
    apart = (answers[:, 0] != answers[:, 1]).any(dim=-1).any(dim=0)
    return set(gap[apart].tolist())


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_zero_padding_reaches_two_pixels_further_with_every_layer(depth: int) -> None:
    assert differing("zeros", depth) == {gap for gap in GAPS if gap <= 2 * (depth - 1)}


@pytest.mark.parametrize("depth", [1, 3])
def test_circular_padding_reaches_nothing(depth: int) -> None:
    assert differing("circular", depth) == set()


@pytest.mark.parametrize(("broken", "count"), [((), 0), ([(1, 2)], 1), ([(2, 0), (3, 3)], 2)])
def test_exceptions_count_what_breaks_the_rule(broken: list[tuple[int, int]], count: int) -> None:
    measurements = Measurements()
    for depth in leak.DEPTHS:
        for gap in GAPS:
            differs = (gap <= 2 * (depth - 1)) != ((depth, gap) in broken)
            where = {"padding": "zeros", "layers": depth, leak.GAP: str(gap)}
            measurements.add("top or bottom?", where, {leak.DIFFERENCE: exactly(0.1 * differs)})
    assert leak.exceptions(measurements).center == count
