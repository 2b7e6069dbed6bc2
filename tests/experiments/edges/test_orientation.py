"""Tests of the experiment orientation: kernels by direction, turned waves, what data teach."""

from __future__ import annotations

from dataclasses import replace
from math import cos, radians

import numpy as np
import pytest

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample, exactly
from convlab.record import Record
from convlab.settings import Training
from convlab.workbench import Workbench
from experiments.edges._edge_images import BOOK_SIZE, wave
from experiments.edges._orientation_quantities import ANGLES, PERIOD, by_angle

orientation = lab.load(catalogue.experiments()["orientation"])
ON_LEARNING = [claim for claim in orientation.CLAIMS if claim.id in ("C013r4", "C013r5")]
ON_ANGLES = [claim for claim in orientation.CLAIMS if claim not in ON_LEARNING]


@pytest.fixture(scope="module")
def angles() -> Measurements:
    measurements = Measurements()
    orientation.try_directions(measurements)
    orientation.turn(measurements)
    return measurements


def measure_learning(training: Training, seeds: int = 10) -> Measurements:
    measurements = Measurements()
    orientation.learn(measurements, seeds, training, Workbench())
    return measurements


def test_the_claims_on_angles_hold(angles: Measurements) -> None:
    assert len(ON_ANGLES) == 2
    for claim in ON_ANGLES:
        assert claim.of(angles).exact
        assert claim.check(angles).outcome is Outcome.HOLDS


@pytest.mark.parametrize("angle", ANGLES)
def test_the_strongest_edge_is_the_largest_difference_of_neighbours(
    angles: Measurements, angle: int
) -> None:
    pixels = wave(*BOOK_SIZE, PERIOD, angle).numpy()
    steepest = abs(np.diff(wave(2, 10_000, PERIOD).numpy())).max()
    for axis, arm in enumerate((orientation.OTHER_WAVE, orientation.WAVE)):
        strongest = angles.get(orientation.STRONGEST, degrees=angle, arm=arm).center
        largest = abs(np.diff(pixels, axis=axis)).max()
        assert strongest == pytest.approx(largest / steepest, abs=1e-4)


@pytest.mark.parametrize("angle", ANGLES)
def test_the_strongest_edge_of_a_ramp_is_the_cosine_in_the_table(
    angles: Measurements, angle: int
) -> None:
    ramp, cosine = (
        angles.get(orientation.STRONGEST, degrees=angle, arm=arm).center
        for arm in (orientation.RAMP, "|cos|")
    )
    assert ramp == pytest.approx(cosine, abs=1e-9)
    assert cosine == pytest.approx(cos(radians(angle)))


def test_one_edge_that_is_off_is_the_farthest() -> None:
    measurements = Measurements()
    for angle in ANGLES:
        strongest = cos(radians(angle)) - 0.25 * (angle == 45)
        factors = {"degrees": angle, "arm": "off"}
        measurements.add("turned", factors, {orientation.STRONGEST: exactly(strongest)})
    assert orientation.largest_distance(measurements, "off", cos).center == 0.25


def test_the_sum_of_the_weights_is_one_value_per_seed() -> None:
    measurements = Measurements()
    for arm, shift in {"constant": 0, "white noise": 7}.items():
        sides = {"left": Sample((-1, 2 + shift)), "right": Sample((1.5, 3))}
        quantities = {f"{side} weight": weights for side, weights in sides.items()}
        measurements.add("learned", {"arm": arm}, quantities)
    assert orientation.weight_sum(measurements) == Sample((0.5, 5))


def test_the_claims_on_learning_are_decided_as_expected() -> None:
    measurements = measure_learning(orientation.Config().training)
    assert [claim.check(measurements).outcome for claim in ON_LEARNING] == [Outcome.HOLDS] * 2
    assert measurements.get("left weight", arm="constant").varies == "weights and data"
    assert measurements.get("change of right - left", arm="white noise").center > 0.5


def test_both_weights_of_every_seed_are_measured() -> None:
    measurements = measure_learning(Training(steps=1), seeds=7)
    for arm in ("white noise", "constant"):
        left, right, distance = (
            measurements.get(quantity, arm=arm).values
            for quantity in ("left weight", "right weight", "distance from [-1, 1]")
        )
        weights = zip(left, right, strict=True)
        expected = [max(abs(one + 1), abs(other - 1)) for one, other in weights]
        assert distance == pytest.approx(expected) and len(distance) == 7


@pytest.mark.parametrize("changed", [{"steps": 2}, {"lr": 0.005}, {"lr": 0.001}])
def test_kernels_that_are_not_trained_enough_make_the_claims_on_learning_invalid(
    changed: dict[str, float],
) -> None:
    training = orientation.Config().training.model_copy(update=changed)
    measurements = measure_learning(training)
    for claim in ON_LEARNING:
        verdict = claim.check(measurements)
        assert verdict.outcome is Outcome.INVALID and "half the steps" in verdict.why


def test_half_the_steps_are_trained_by_a_schedule_of_their_own() -> None:
    workbench = Workbench()
    training = Training(steps=10, schedule="cosine")
    orientation.learn(Measurements(), 1, training, workbench)
    steps = {name: losses.shape[1] for name, losses in workbench.losses.items()}
    assert steps == {"white noise": 10, "white noise, half the steps": 5, "constant": 10}


def test_another_first_seed_draws_other_kernels() -> None:
    drawn = []
    for first in (0, 1000):
        measurements = Measurements()
        orientation.learn(measurements, 2, Training(steps=1), Workbench(first_seed=first))
        drawn.append(set(measurements.get("left weight", arm="constant").values))
    assert not drawn[0] & drawn[1]


def test_the_figure_shows_what_was_measured(angles: Measurements) -> None:
    verdicts = tuple(claim.check(angles) for claim in ON_ANGLES)
    record = Record("orientation", "Which?", {}, measurements=angles, verdicts=verdicts)
    (axes,) = orientation.draw(record)["orientation"].axes
    assert axes.get_title().replace("\n", " ") == verdicts[1].sentence
    untold = orientation.draw(replace(record, verdicts=()))["orientation"].axes[0]
    assert untold.get_title() == "Which?"
    drawn = {line.get_label(): line.get_ydata() for line in axes.lines}
    assert list(drawn["[-1, 1]"]) == by_angle(angles, orientation.WAVE)
    assert np.allclose(drawn["|cos|, predicted"][::15], drawn["[-1, 1]"], atol=0.01)
