"""Tests of experiments/speed: its steps, its memory and what it makes of times that are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from convlab import lab, timing
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome
from convlab.memory import NotEnoughMemory
from convlab.settings import Timing
from convlab.workbench import Workbench

speed = lab.load(catalogue.experiments()["speed"])
QUICK = {"timing": Timing(repeats=6, least_of=1), "side": 7}
Steps = Mapping[str, Callable[[], object]]


def measured(monkeypatch: pytest.MonkeyPatch, law: Callable[[str], float]) -> Measurements:
    """The measurements where the clock follows a law: the time of a step by its name."""

    def seconds(functions: Steps, *, repeats: int, **_: object) -> dict[str, NDArray[np.float64]]:
        for function in functions.values():
            function()
        return {name: np.full(repeats, law(name)) for name in functions}

    monkeypatch.setattr(timing, "seconds", seconds)
    measurements: Measurements = speed.measure(speed.Config(**QUICK), Workbench())
    return measurements


def test_claims_about_a_slow_cnn_come_out_as_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = measured(monkeypatch, lambda name: 4.0 if name == speed.CNN else 1.0)
    verdicts = [claim.check(slow) for claim in speed.CLAIMS]
    assert [(v.id, v.outcome) for v in verdicts] == [(v.id, v.expected) for v in verdicts]
    assert set(speed.draw(slow)) == {"memory"}


@pytest.mark.parametrize("cnn, outcome", [(1.0, Outcome.REFUTED), (0.5, Outcome.HOLDS)])
def test_a_cnn_as_fast_or_faster_is_told(
    monkeypatch: pytest.MonkeyPatch, cnn: float, outcome: Outcome
) -> None:
    other = measured(monkeypatch, lambda name: cnn if name == speed.CNN else 1.0)
    (claim,) = [claim for claim in speed.CLAIMS if claim.id == "C006b"]
    assert claim.check(other).outcome == outcome


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
    monkeypatch.setattr("convlab.memory.physical", lambda: 1e6)
    with pytest.raises(NotEnoughMemory, match="dense layers and gradients"):
        speed.measure(speed.Config(side=12), Workbench())
