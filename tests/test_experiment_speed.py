"""Tests of experiments/speed: its steps, its memory and what it makes of times that are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from convlab import catalogue, lab
from convlab.measure import Measurements, Outcome
from convlab.memory import NotEnoughMemory
from convlab.workbench import Workbench

speed = lab.load(catalogue.LAB / "experiments" / "speed.py")
QUICK = {"repeats": 6, "least_of": 1, "side": 7, "dense_sides": (4, 6), "conv_sides": (4, 6)}
Steps = Mapping[str, Callable[[], object]]


def measured(monkeypatch: pytest.MonkeyPatch, law: Callable[[str], float]) -> Measurements:
    """The measurements where the clock follows a law: the time of a step by its name."""

    def seconds(functions: Steps, *, repeats: int, **_: object) -> dict[str, NDArray[np.float64]]:
        for function in functions.values():
            function()
        return {name: np.full(repeats, law(name)) for name in functions}

    monkeypatch.setattr(speed.timing, "seconds", seconds)
    measurements: Measurements = speed.measure(speed.Config(**QUICK), Workbench())
    return measurements


def by_pixels(name: str) -> float:
    """What the theory says, and a step of the CNN at four times the perceptron's."""
    kind, _, side = name.partition(" ")
    if not side.isdigit():
        return 4.0 if name == speed.CNN else 1.0
    return float(int(side) ** (4 if kind == speed.DENSE else 2))


def test_claims_about_ideal_times_come_out_as_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    ideal = measured(monkeypatch, by_pixels)
    verdicts = [claim.check(ideal) for claim in speed.CLAIMS]
    assert [(v.id, v.outcome) for v in verdicts] == [(v.id, v.expected) for v in verdicts]
    assert set(speed.draw(ideal)) == {"growth", "memory"}


def test_times_below_the_floor_decide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    flat = measured(monkeypatch, lambda name: 1.0)
    outcomes = {claim.id: claim.check(flat).outcome for claim in speed.CLAIMS}
    assert outcomes["C007d"] == outcomes["C007e"] == Outcome.INVALID
    assert outcomes["C006b"] == Outcome.REFUTED  # no less than the perceptron's


def test_a_wrong_law_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    cubic = measured(monkeypatch, lambda name: by_pixels(name) ** 1.5)
    outcomes = {claim.id: claim.check(cubic).outcome for claim in speed.CLAIMS}
    assert outcomes["C007d"] == outcomes["C007e"] == Outcome.REFUTED


@pytest.mark.parametrize("name, shape", [("dense", (64, 36)), ("convolution", (16, 16, 6, 6))])
def test_a_pass_leaves_nothing_behind(name: str, shape: tuple[int, ...]) -> None:
    layer, x = speed.growing(name, 6)
    assert x.shape == shape
    assert layer(x).shape == shape
    speed.pass_through(layer, x)()
    assert x.grad is None
    assert all(parameter.grad is None for parameter in layer.parameters())


def test_an_update_changes_every_weight_and_the_cnn_holds_its_activations() -> None:
    x = torch.ones(2, 3, 64, 64)
    for name, network in speed.networks().items():
        before = [parameter.clone() for parameter in network.parameters()]
        speed.update(network, x)()
        for old, new in zip(before, network.parameters(), strict=True):
            assert not torch.equal(old, new), name
    activations = 4 * 2 * 32 * 64**2  # bytes of what the convolution computes
    assert speed.peak_bytes(speed.update(speed.networks()[speed.CNN], x)) >= 2 * activations


def test_what_does_not_fit_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotEnoughMemory, match="dense layers and gradients"):
        speed.measure(speed.Config(dense_sides=(32, 4096)), Workbench())
