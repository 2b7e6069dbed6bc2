"""Tests of experiments/receptive/effective: energies beside boxes that are multiplied out."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Outcome
from convlab.probes.receptive import deviation
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

effective = lab.load(catalogue.experiments()["effective"])
of_layers = effective.summed.__globals__
RELU, SKIPS, EQUAL = (of_layers[name] for name in ("RELU", "SKIPS", "EQUAL"))
RANDOM = effective.RANDOM
ENERGY, AMPLITUDE = of_layers["ENERGY"], of_layers["AMPLITUDE"]


def boxes(layers: int) -> Tensor:
    """A box of three pixels, convolved with itself, along both axes: by polynomials' products."""
    line = [1.0]
    for _ in range(layers):
        line = [sum(line[max(i - 2, 0) : i + 1]) for i in range(len(line) + 2)]
    along = torch.tensor(line, dtype=torch.float64)
    return torch.outer(along, along)


@pytest.mark.parametrize("layers", [1, 2, 5])
def test_equal_weights_are_boxes_and_have_the_deviation_of_the_law(layers: int) -> None:
    seen = effective.summed(EQUAL, AMPLITUDE, layers, 1, 1, generator(0, Stream.WEIGHTS))
    expected = boxes(layers)
    assert torch.allclose(seen / seen.sum(), expected / expected.sum(), atol=1e-12)
    assert deviation(seen) == pytest.approx([effective.add.__globals__["law"](layers)] * 2)


def test_the_mean_energy_of_random_weights_is_that_of_boxes() -> None:
    seen = effective.summed(RANDOM, ENERGY, 3, 4, 2000, generator(0, Stream.WEIGHTS))
    expected = boxes(3)
    error = (seen / seen.sum() - expected / expected.sum()).abs().max()
    assert float(error) < 0.1 * float(expected.max() / expected.sum())


@pytest.mark.parametrize("arm", [RANDOM, RELU, SKIPS])
def test_every_arm_sees_its_whole_receptive_field_and_no_more(arm: str) -> None:
    network = of_layers["_stack"](arm, 3, 4, generator(0, Stream.WEIGHTS))
    assert network(torch.zeros(1, 1, 7, 7)).shape[2:] == (1, 1)


@pytest.mark.parametrize("arm", [RANDOM, SKIPS, RELU])
def test_layers_keep_the_size_of_their_input(arm: str) -> None:
    """Where outputs neither grow nor fade, 32 layers still have numbers that float32 has."""
    x = torch.randn(50, 1, 17, 17, generator=generator(0, Stream.DATA))
    drawn = generator(1, Stream.WEIGHTS)
    networks = [of_layers["_stack"](arm, 8, 32, drawn) for _ in range(8)]
    sizes = [network(x).square().mean().item() for network in networks]
    assert sum(sizes) / len(sizes) == pytest.approx(1, rel=0.4)


def test_a_slope_is_that_of_a_power() -> None:
    assert effective.slope_of((1, 2, 4), [3.0, 3 * 2**0.7, 3 * 4**0.7]) == pytest.approx(0.7)


def outcome(claim: str, config: object) -> Outcome:
    (found,) = (each for each in effective.CLAIMS if each.id == claim)
    verdict: Outcome = found.check(effective.measure(config, Workbench()), config).outcome
    return verdict


def test_weights_that_are_not_equal_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    config = effective.Config(seeds=1, draws=1, channels=8)
    assert outcome("C004o9", config) is Outcome.HOLDS
    monkeypatch.setitem(effective.add.__globals__, "law", lambda layers: layers**0.5)
    assert outcome("C004o9", config) is not Outcome.HOLDS


def test_the_second_seed_is_the_first_of_a_run_that_starts_there() -> None:
    config = effective.Config(seeds=2, draws=1, channels=4, depths=(1, 2))
    both = effective.measure(config, Workbench())
    second = effective.measure(config, Workbench(first_seed=1))
    of = {"arm": RANDOM, "of": ENERGY, "layers": 2}
    deviation = effective.DEVIATION
    assert both.get(deviation, **of).values[1] == second.get(deviation, **of).values[0]


@pytest.mark.parametrize("depths", [(0, 1), (-1, 1), (1, 1), (4, 2), (1,), (1, 65)])
def test_depths_rise_from_one_layer_on(depths: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError, match="depths"):
        effective.Config(depths=depths)


def test_one_seed_decides_nothing_that_is_drawn() -> None:
    config = effective.Config(seeds=1, draws=1, channels=4)
    found = effective.measure(config, Workbench())
    told = {claim.id: claim.check(found, config) for claim in effective.CLAIMS}
    assert told.pop("C004o9").outcome is Outcome.HOLDS
    assert {verdict.why for verdict in told.values()} == {"needs 6 seeds"}
