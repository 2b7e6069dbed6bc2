"""Tests of experiments/cost/speed: its steps, its memory, and what it makes of known times."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome
from convlab.memory import NotEnoughMemory
from convlab.settings import Timing
from convlab.workbench import Workbench

speed = lab.load(catalogue.experiments()["speed"])
Law = Callable[[str], float]
Clock = Callable[[Law], None]


def measure() -> Measurements:
    config = speed.Config(timing=Timing(repeats=6, least_of=1), side=7)
    measurements: Measurements = speed.measure(config, Workbench())
    return measurements


def test_claims_about_a_slow_cnn_come_out_as_expected(clock: Clock) -> None:
    clock(lambda step: 4.0 if step == speed.CNN else 1.0)
    slow = measure()
    verdicts = [claim.check(slow) for claim in speed.CLAIMS]
    assert [(v.id, v.outcome) for v in verdicts] == [(v.id, v.expected) for v in verdicts]
    assert set(speed.draw(slow)) == {"memory"}


@pytest.mark.parametrize("seconds, outcome", [(1.0, Outcome.REFUTED), (0.5, Outcome.HOLDS)])
def test_the_time_of_a_cnn_decides_whether_it_is_faster(
    clock: Clock, seconds: float, outcome: Outcome
) -> None:
    clock(lambda step: seconds if step == speed.CNN else 1.0)
    (claim,) = [claim for claim in speed.CLAIMS if claim.id == "C006b"]
    assert claim.check(measure()).outcome == outcome


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
    for arm in ("convolution", "shared dense"):
        assert found.get(speed.PEAK, arm=arm).center == 4 * 32 * 8 * 7**2 + 4


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
