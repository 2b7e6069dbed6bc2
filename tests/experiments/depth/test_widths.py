"""Tests of experiments/depth/widths: its bytes by hand, and what it makes of known times."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome
from convlab.record import Record
from convlab.settings import Timing
from convlab.workbench import Workbench

widths = lab.load(catalogue.experiments()["widths"])
Law = Callable[[int], float]


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Callable[[Law], Measurements]:
    """The measurements on a machine where a step takes as many seconds as the law says."""

    def of_law(law: Law) -> Measurements:
        def times(
            steps: Mapping[str, object], timing: Timing, *_: object
        ) -> dict[str, NDArray[np.float64]]:
            return {name: np.full(timing.repeats, law(int(name))) for name in steps}

        monkeypatch.setattr(widths, "of_steps", times)
        found: Measurements = widths.measure(widths.Config(), Workbench())
        return found

    return of_law


def outcome(claim: str, measurements: Measurements) -> Outcome:
    (found,) = (each for each in widths.CLAIMS if each.id == claim)
    verdict: Outcome = found.check(measurements, widths.Config()).outcome
    return verdict


def test_steps_that_take_longer_with_more_channels_come_out_as_expected(
    measured: Callable[[Law], Measurements],
) -> None:
    found = measured(lambda channels: channels**1.5)
    assert {outcome(claim.id, found) for claim in widths.CLAIMS} == {Outcome.HOLDS}
    record = Record("widths", "A question?", {}, measurements=found)
    assert set(widths.draw(record)) == {"costs"}
    assert "23 times as long" in widths.ANSWER.told(found)


def test_a_doubling_that_costs_no_time_refutes(
    measured: Callable[[Law], Measurements],
) -> None:
    found = measured(lambda channels: min(channels, 32))
    assert outcome("C208s", found) is Outcome.REFUTED


def test_the_bytes_are_those_of_weights_and_maps(
    measured: Callable[[Law], Measurements],
) -> None:
    found = measured(float)
    for channels in (8, 64):
        numbers = 9 * channels + channels + 9 * channels**2 + channels
        assert found.get(widths.WEIGHTS, channels=channels).center == 4 * numbers
        one_map = 4 * 8 * channels * 64 * 64
        assert found.get(widths.MAPS, channels=channels).center % one_map == 0
        assert found.get(widths.PEAK, channels=channels).center > 4 * 4 * numbers + 2 * one_map
