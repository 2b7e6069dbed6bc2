"""Tests of experiments/cost/speed: its steps, its memory, and what it makes of known times."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome
from convlab.memory import NotEnoughMemory
from convlab.record import Record
from convlab.settings import Timing
from convlab.workbench import Workbench

speed = lab.load(catalogue.experiments()["speed"])
Law = Callable[[str], float]
Clock = Callable[[Law], None]


def measure() -> Measurements:
    config = speed.Config(timing=Timing(repeats=6, least_of=1), side=7)
    measurements: Measurements = speed.measure(config, Workbench())
    return measurements


def check(claim: str, measured: Measurements) -> Outcome:
    (judged,) = [each for each in speed.CLAIMS if each.id == claim]
    outcome: Outcome = judged.check(measured).outcome
    return outcome


def test_claims_about_a_slow_cnn_of_fast_convolutions_come_out_as_expected(clock: Clock) -> None:
    slow_and_fast = {speed.CNN: 4.0, speed.CONVOLUTION: 0.5}
    clock(lambda step: slow_and_fast.get(step, 1.0))
    slow = measure()
    assert {check(claim.id, slow) for claim in speed.CLAIMS} == {Outcome.HOLDS}
    record = Record("speed", "A question?", {}, measurements=slow)
    assert set(speed.draw(record)) == {"memory"}
    assert "50% of a dense layer's time" in speed.ANSWER.told(slow)


@pytest.mark.parametrize("seconds, outcome", [(1.0, Outcome.REFUTED), (4.0, Outcome.HOLDS)])
def test_the_time_of_a_cnn_decides_whether_fewer_parameters_decide(
    clock: Clock, seconds: float, outcome: Outcome
) -> None:
    clock(lambda step: seconds if step == speed.CNN else 1.0)
    assert check("C006o2", measure()) is outcome


@pytest.mark.parametrize("seconds, outcome", [(1.0, Outcome.REFUTED), (0.9, Outcome.HOLDS)])
def test_a_convolution_must_save_time_as_well_as_memory(
    clock: Clock, seconds: float, outcome: Outcome
) -> None:
    clock(lambda step: seconds if step == speed.CONVOLUTION else 1.0)
    measured = measure()
    assert check("C006", measured) is outcome
    assert speed.memory_or_time(measured).varies == "repeats"
    memory = {
        arm: measured.get(speed.TRAINING, arm=arm).center
        for arm in (speed.CONVOLUTION, speed.DENSE)
    }
    assert memory[speed.CONVOLUTION] < memory[speed.DENSE]


def test_a_convolution_must_save_memory_as_well_as_time(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock(lambda step: 0.1 if step == speed.CONVOLUTION else 1.0)
    monkeypatch.setattr(speed, "peak_bytes", lambda step: 1e9)
    assert check("C006", measure()) is Outcome.REFUTED


def test_the_tables_are_what_counting_by_hand_gives(clock: Clock) -> None:
    clock(lambda step: 0.25)
    found = measure()
    weights = {speed.PERCEPTRON: 3 * 64**2 * 64 + 64 + 650, speed.CNN: 3 * 9 * 32 + 32 + 330}
    for arm, count in weights.items():
        assert found.get(speed.PARAMETERS, arm=arm).center == count
        assert found.get(speed.WEIGHTS, arm=arm).center == 4 * count
        step = speed.update(speed.networks()[arm], torch.ones(32, 3, 64, 64))
        memory = 4 * count + speed.peak_bytes(step)
        assert found.get(speed.TRAINING, arm=arm).center == memory > 4 * 4 * count
        assert found.get(speed.TIME, arm=arm).values == (250.0,) * 6  # ms
    assert found.get(speed.MULTIPLY_ADDS, arm=speed.CNN).center == 64**2 * 27 * 32 + 320


def test_intensity_is_the_work_of_all_images_by_the_bytes_of_weights_and_images(
    clock: Clock,
) -> None:
    clock(lambda step: 1.0)
    pixels, images = 7**2, 32
    work = images * 3 * 8 * 9 * pixels
    traffic = 4 * (3 * 8 * 9 + images * (3 + 8) * pixels)
    found = measure().get(speed.INTENSITY, arm="convolution").center
    assert found == pytest.approx(work / traffic)


def test_the_peak_of_a_convolution_is_its_output_and_the_sum_of_it(clock: Clock) -> None:
    clock(lambda step: 1.0)
    found = measure()
    for arm, taps in (("convolution", 3), ("shared dense", 13)):
        weights = 4 * 3 * 8 * taps**2
        assert found.get(speed.TRAINING, arm=arm).center == weights + 4 * 32 * 8 * 7**2 + 4


def test_an_update_changes_every_weight_and_the_cnn_holds_its_activations() -> None:
    x = torch.ones(2, 3, 64, 64)
    for name, network in speed.networks().items():
        before = [parameter.clone() for parameter in network.parameters()]
        speed.update(network, x)()
        for old, new in zip(before, network.parameters(), strict=True):
            assert not torch.equal(old, new), name
    activations = 4 * 2 * 32 * 64**2  # bytes of what the convolution computes
    assert speed.peak_bytes(speed.update(speed.networks()[speed.CNN], x)) >= 2 * activations


def test_layers_that_do_not_fit_are_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convlab.memory.physical", lambda: 1e6)
    with pytest.raises(NotEnoughMemory, match="dense layers and gradients"):
        speed.measure(speed.Config(side=12), Workbench())
