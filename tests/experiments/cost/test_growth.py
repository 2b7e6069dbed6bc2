"""Tests of experiments/cost/growth: its steps, and what it makes of times that are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure

from convlab import lab, timing
from convlab.cost.network import multiply_adds_run
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome
from convlab.memory import NotEnoughMemory
from convlab.record import Record
from convlab.settings import Timing
from convlab.workbench import Workbench

growth = lab.load(catalogue.experiments()["growth"])
Law = Callable[[str], float]
Clock = Callable[[Law], None]


def measure() -> Measurements:
    quick = Timing(repeats=6, least_of=1)
    config = growth.Config(timing=quick, dense_sides=(4, 6), conv_sides=(4, 6))
    measurements: Measurements = growth.measure(config, Workbench())
    return measurements


def by_pixels(step: str) -> float:
    """What the theory says."""
    arm, side = step.split(" ")
    return float(int(side) ** (4 if arm == growth.DENSE else 2))


def test_claims_about_ideal_times_come_out_as_expected(clock: Clock) -> None:
    clock(by_pixels)
    ideal = measure()
    assert ideal.get(growth.ABOVE_FLOOR, arm=growth.CONVOLUTION).values == (16.0,) * 6  # 4 x 4
    assert ideal.get(growth.ABOVE_FLOOR, arm=growth.DENSE).varies == "repeats"
    verdicts = [claim.check(ideal) for claim in growth.CLAIMS]
    assert [(v.id, v.outcome) for v in verdicts] == [(v.id, v.expected) for v in verdicts]


def test_times_below_the_floor_decide_nothing(clock: Clock) -> None:
    clock(lambda step: 1.0)
    flat = measure()
    outcomes = {claim.id: claim.check(flat).outcome for claim in growth.CLAIMS}
    assert outcomes["C007d"] == outcomes["C007e"] == Outcome.INVALID


def test_a_wrong_law_is_refuted(clock: Clock) -> None:
    clock(lambda step: by_pixels(step) ** 1.5)
    steep = measure()
    outcomes = {claim.id: claim.check(steep).outcome for claim in growth.CLAIMS}
    assert outcomes["C007d"] == outcomes["C007e"] == Outcome.REFUTED


@pytest.mark.parametrize("slow, claim", [("dense", "C007d"), ("convolution", "C007e")])
def test_the_time_of_each_layer_is_judged_by_its_own_claim(
    clock: Clock, slow: str, claim: str
) -> None:
    clock(lambda step: by_pixels(step) ** (1.5 if step.startswith(slow) else 1))
    measurements = measure()
    outcomes = {each.id: each.check(measurements).outcome for each in growth.CLAIMS}
    assert {id for id, outcome in outcomes.items() if outcome == Outcome.REFUTED} == {claim}


def test_the_floor_is_the_time_of_one_image_of_one_pixel() -> None:
    steps = growth.steps({growth.DENSE: (4, 6), growth.CONVOLUTION: (8,)}, "cpu")
    assert list(steps) == ["dense 1", "dense 4", "dense 6", "convolution 1", "convolution 8"]
    one_image, all_images = (
        multiply_adds_run(steps[step]) for step in ("convolution 1", "convolution 8")
    )
    assert all_images == 16 * 64 * one_image


def test_of_two_rounds_half_a_run_apart_the_faster_counts() -> None:
    rounds = np.array([1.0, 5.0, 3.0, 9.0, 4.0, 2.0])
    assert growth.faster_pass(rounds).tolist() == [1.0, 4.0, 2.0]


def test_each_time_has_two_rounds(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    clock(by_pixels)
    asked: list[int] = []
    clocked = timing.seconds

    def spied(functions: object, *, repeats: int, **settings: object) -> object:
        asked.append(repeats)
        return clocked(functions, repeats=repeats, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(timing, "seconds", spied)
    seen = measure().get(growth.OF_TIMES, arm=growth.DENSE)
    assert asked == [12] and len(seen.values) == 6 and seen.varies == "repeats"


def test_a_title_states_what_came_out_and_else_asks(clock: Clock) -> None:
    question = "How does time grow?"
    for law, title in (
        (by_pixels, "\n".join(claim.sentence for claim in growth.CLAIMS[2:])),
        (lambda step: 1.0, question),
    ):
        clock(law)
        measured = measure()
        verdicts = tuple(claim.check(measured) for claim in growth.CLAIMS)
        record = Record("growth", question, {}, measurements=measured, verdicts=verdicts)
        (axes,) = growth.draw(record)["growth"].axes
        assert axes.get_title() == title


def test_the_figure_shows_times_in_milliseconds_beside_their_law(clock: Clock) -> None:
    clock(by_pixels)
    record = Record("growth", "A question?", {}, measurements=measure())
    figure: Figure = growth.draw(record)["growth"]
    (axes,) = figure.axes
    drawn = [points[0] for points in axes.containers] + axes.lines[-2:]
    dense, convolution, square, proportional = (line.get_xydata() for line in drawn)
    assert np.allclose(dense, [(16, 256e3), (36, 1296e3)])
    assert np.allclose(convolution, [(16, 16e3), (36, 36e3)])
    assert np.allclose(square, dense) and np.allclose(proportional, convolution)


@pytest.mark.parametrize("arm, shape", [("dense", (64, 36)), ("convolution", (16, 16, 6, 6))])
def test_a_step_leaves_no_gradient(arm: str, shape: tuple[int, ...]) -> None:
    layer, x = growth.layer_and_batch(arm, 6)
    assert x.shape == shape
    assert layer(x).shape == shape
    timing.pass_through(layer, x)()
    assert x.grad is None
    assert all(parameter.grad is None for parameter in layer.parameters())


def test_layers_that_do_not_fit_are_not_built() -> None:
    with pytest.raises(NotEnoughMemory, match="dense layers and gradients"):
        growth.measure(growth.Config(dense_sides=(32, 4096)), Workbench())


def test_a_side_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="names a side twice"):
        growth.Config(dense_sides=(8, 8))
