"""Tests of experiments/price: a price is seen, and networks that have not learned pay none."""

from __future__ import annotations

import pytest

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample, exactly
from experiments.translation import _consistency_names as names
from experiments.translation import _grid as grid

price = lab.load(catalogue.experiments()["price"])


def found(sampled: float, strides: float, everywhere: float) -> Measurements:
    """As if so many digits had been right in each arm, after all the steps and after half."""
    right = {
        grid.named(names.STRIDES): strides,
        names.STRIDES_EVERYWHERE: everywhere,
        grid.named(names.SAMPLED): sampled,
        names.SAMPLED_HALF: sampled - 1,
    }
    measurements = Measurements()
    for arm, share in right.items():
        moved = share - 50 * (arm == grid.named(names.STRIDES))
        quantities = {names.CENTRED: share, names.MOVED: moved, names.SAME: 100.0}
        samples = {name: Sample((value,) * 6, "mean") for name, value in quantities.items()}
        measurements.add("answers", {"arm": arm}, samples | {names.CHANGE: exactly(0)})
    return measurements


@pytest.mark.parametrize(
    ("sampled", "strides", "everywhere", "free", "pays"),
    [
        (96.0, 97.0, 90.0, Outcome.REFUTED, Outcome.HOLDS),
        (98.0, 97.0, 90.0, Outcome.HOLDS, Outcome.HOLDS),
        (96.0, 97.0, 60.0, Outcome.REFUTED, Outcome.INVALID),
        (74.0, 97.0, 90.0, Outcome.INVALID, Outcome.INVALID),  # as networks that hardly learned
        (96.0, 60.0, 90.0, Outcome.INVALID, Outcome.INVALID),
    ],
)
def test_a_price_is_seen(
    sampled: float, strides: float, everywhere: float, free: Outcome, pays: Outcome
) -> None:
    measurements, config = found(sampled, strides, everywhere), price.Config()
    outcomes = {claim.id: claim.check(measurements, config).outcome for claim in price.CLAIMS}
    assert outcomes == {"C312o9": free, "C312o10": pays}
