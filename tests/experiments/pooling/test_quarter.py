"""Tests of experiments/pooling/quarter: what follows a pool, counted by hand, and what fails."""

from __future__ import annotations

from importlib import import_module

import pytest

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample, exactly

quarter = lab.load(catalogue.experiments()["quarter"])
package = quarter.__name__.rpartition(".")[0]
_pooled, _names = (import_module(f"{package}.{name}") for name in ("_pooled", "_pooling_names"))


@pytest.mark.parametrize(
    "arm, side", [("no pooling", 8), ("max-pooling", 4), (_names.EVERY_SECOND, 4), (_names.ALL, 1)]
)
@pytest.mark.parametrize("channels", [1, 8])
def test_what_follows_a_pool_costs_by_the_positions_that_it_leaves(
    arm: str, side: int, channels: int
) -> None:
    by_hand = side**2 * (9 * channels * 2 * channels + 2 * channels * 10)
    assert quarter.multiply_adds(arm, channels) == by_hand


def measured(pooled: float, one_mean: float = 60.0, cost: float = 0.25) -> Measurements:
    found = Measurements()
    right = dict.fromkeys(quarter.ARMS, 97.0) | {_pooled.MAX: pooled, _names.ALL: one_mean}
    for arm, center in right.items():
        values = tuple(center + 0.1 * i for i in range(-3, 4))
        quantities = {quarter.RIGHT: Sample(values, "mean", "weights and data", 0.25)}
        share = {_pooled.NONE: 1.0, _names.ALL: 1 / 64}.get(arm, cost)
        found.add("digits", {"arm": arm}, quantities | {quarter.BEHIND: exactly(share)})
    return found


@pytest.mark.parametrize(
    "name, measurements, outcome",
    [
        ("C123", measured(97), Outcome.HOLDS),
        ("C123", measured(93), Outcome.REFUTED),
        ("C123", measured(97, one_mean=96), Outcome.INVALID),
        ("C123", measured(97, cost=0.9), Outcome.INVALID),
        ("C123r", measured(97), Outcome.HOLDS),
        ("C123r", measured(97, cost=0.5), Outcome.REFUTED),
        ("C123o1", measured(99), Outcome.HOLDS),
        ("C123o1", measured(95), Outcome.REFUTED),
    ],
)
def test_a_claim_tells_right_from_wrong(
    name: str, measurements: Measurements, outcome: Outcome
) -> None:
    claim = next(each for each in quarter.CLAIMS if each.id == name)
    assert claim.check(measurements, quarter.Config()).outcome is outcome
