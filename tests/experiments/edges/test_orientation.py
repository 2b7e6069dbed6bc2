"""Tests of experiments/orientation: kernels of each direction, turned waves, what data teach."""

from __future__ import annotations

from math import cos, radians

import numpy as np
import pytest

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, exactly
from convlab.workbench import Workbench
from experiments.edges._images import BOOK_SIZE, wave

orientation = lab.load(catalogue.experiments()["orientation"])
ON_LEARNING = [claim for claim in orientation.CLAIMS if claim.id in ("C013r4", "C013r5")]
ON_ANGLES = [claim for claim in orientation.CLAIMS if claim not in ON_LEARNING]


@pytest.fixture(scope="module")
def turned() -> Measurements:
    measurements = Measurements()
    orientation.meet(measurements)
    orientation.turn(measurements)
    return measurements


def learned(config: object) -> Measurements:
    measurements = Measurements()
    orientation.learn(measurements, config, Workbench())
    return measurements


def test_the_claims_on_angles_hold(turned: Measurements) -> None:
    assert len(ON_ANGLES) == 2
    for claim in ON_ANGLES:
        assert claim.of(turned).exact
        assert claim.check(turned).outcome is Outcome.HOLDS


@pytest.mark.parametrize("angle", orientation.ANGLES)
def test_an_answer_is_the_largest_difference_of_neighbours(
    turned: Measurements, angle: int
) -> None:
    pixels = wave(*BOOK_SIZE, orientation.PERIOD, angle).numpy()
    steepest = abs(np.diff(wave(2, 10_000, orientation.PERIOD).numpy())).max()
    for axis, quantity in enumerate((orientation.OTHER_WAVE, orientation.WAVE)):
        answer = turned.get(quantity, **{orientation.ANGLE: angle}).center
        assert answer == pytest.approx(abs(np.diff(pixels, axis=axis)).max() / steepest, abs=1e-4)


def test_one_answer_that_is_off_is_the_farthest() -> None:
    measurements = Measurements()
    for angle in orientation.ANGLES:
        answer = cos(radians(angle)) - 0.25 * (angle == 45)
        factors = {orientation.ANGLE: angle}
        measurements.add("turned", factors, {orientation.WAVE: exactly(answer)})
    assert orientation.farthest(orientation.WAVE, cos)(measurements).center == 0.25


def test_the_claims_on_learning_are_decided_as_expected() -> None:
    measurements = learned(orientation.Config())
    assert [claim.check(measurements).outcome for claim in ON_LEARNING] == [Outcome.HOLDS] * 2


def test_untrained_kernels_decide_nothing_for_the_claims_on_learning() -> None:
    training = orientation.Training(steps=1, batch=16)
    measurements = learned(orientation.Config(seeds=6, training=training))
    outcomes = [claim.check(measurements).outcome for claim in ON_LEARNING]
    assert len(outcomes) == 2 and Outcome.HOLDS not in outcomes


def test_the_figure_shows_what_was_measured(turned: Measurements) -> None:
    (axes,) = orientation.draw(turned)["orientation"].axes
    drawn = {line.get_label(): line.get_ydata() for line in axes.lines}
    assert list(drawn["[-1, 1]"]) == orientation.answers(turned, orientation.WAVE)
    assert np.allclose(drawn["|cos|, predicted"][::15], drawn["[-1, 1]"], atol=0.01)
