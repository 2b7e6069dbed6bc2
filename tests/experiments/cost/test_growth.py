"""Tests of experiments/growth: its steps, and what it makes of times that are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from convlab import lab, timing
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome
from convlab.memory import NotEnoughMemory
from convlab.settings import Timing
from convlab.workbench import Workbench

growth = lab.load(catalogue.experiments()["growth"])
QUICK = {"timing": Timing(repeats=6, least_of=1), "dense_sides": (4, 6), "conv_sides": (4, 6)}
Steps = Mapping[str, Callable[[], object]]


def measured(monkeypatch: pytest.MonkeyPatch, law: Callable[[str], float]) -> Measurements:
    """The measurements where the clock follows a law: the time of a step by its name."""

    def seconds(functions: Steps, *, repeats: int, **_: object) -> dict[str, NDArray[np.float64]]:
        for function in functions.values():
            function()
        return {name: np.full(repeats, law(name)) for name in functions}

    monkeypatch.setattr(timing, "seconds", seconds)
    measurements: Measurements = growth.measure(growth.Config(**QUICK), Workbench())
    return measurements


def by_pixels(name: str) -> float:
    """What the theory says."""
    kind, side = name.split(" ")
    return float(int(side) ** (4 if kind == growth.DENSE else 2))


def test_claims_about_ideal_times_come_out_as_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    ideal = measured(monkeypatch, by_pixels)
    verdicts = [claim.check(ideal) for claim in growth.CLAIMS]
    assert [(v.id, v.outcome) for v in verdicts] == [(v.id, v.expected) for v in verdicts]
    assert set(growth.draw(ideal)) == {"growth"}


def test_times_below_the_floor_decide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    flat = measured(monkeypatch, lambda name: 1.0)
    outcomes = {claim.id: claim.check(flat).outcome for claim in growth.CLAIMS}
    assert outcomes["C007d"] == outcomes["C007e"] == Outcome.INVALID


def test_a_wrong_law_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    cubic = measured(monkeypatch, lambda name: by_pixels(name) ** 1.5)
    outcomes = {claim.id: claim.check(cubic).outcome for claim in growth.CLAIMS}
    assert outcomes["C007d"] == outcomes["C007e"] == Outcome.REFUTED


@pytest.mark.parametrize("name, shape", [("dense", (64, 36)), ("convolution", (16, 16, 6, 6))])
def test_a_pass_leaves_nothing_behind(name: str, shape: tuple[int, ...]) -> None:
    layer, x = growth.growing(name, 6)
    assert x.shape == shape
    assert layer(x).shape == shape
    timing.pass_through(layer, x)()
    assert x.grad is None
    assert all(parameter.grad is None for parameter in layer.parameters())


def test_what_does_not_fit_is_not_tried() -> None:
    with pytest.raises(NotEnoughMemory, match="dense layers and gradients"):
        growth.measure(growth.Config(dense_sides=(32, 4096)), Workbench())
