"""Tests of experiments/consistency: its digits, and how far its layers follow a shift."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from convlab import lab
from convlab.data import load
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample, exactly
from convlab.streams import Stream, generator
from convlab.workbench import Workbench
from experiments.translation import _centred_digits as digits
from experiments.translation import _consistency_names as names
from experiments.translation import _grid as grid
from experiments.translation import _under_shifts as under
from experiments.translation._layer_errors import errors_of_layers

consistency = lab.load(catalogue.experiments()["consistency"])


def test_no_digit_reaches_over_the_border() -> None:
    x = under.in_the_middle(load("digits").x[:50])
    for down, right in digits.SHIFTS:
        moved = torch.zeros_like(x)
        moved[..., 4 + down : 12 + down, 4 + right : 12 + right] = x[..., 4:12, 4:12]
        assert torch.equal(x.roll((down, right), (2, 3)), moved)
    assert len(set(digits.SHIFTS)) == 17


def test_no_digit_is_both_trained_on_and_held_out() -> None:
    bench, settings = Workbench(), names.Learning(seeds=2, tested_on=100)
    held_out = digits.held_out(bench, settings)
    for seed in range(2):
        trained = digits.centred(bench.generator(Stream.DATA, seed)).x
        drawn = {tuple(x.flatten().tolist()) for x in trained}
        assert not any(tuple(x.flatten().tolist()) in drawn for x in held_out.x[seed].float())
    placed = digits.everywhere(bench.generator(Stream.DATA, 0))
    first = placed.y[: len(placed.y) // names.PLACES]
    assert torch.equal(first, digits.centred(generator(0, Stream.DATA)).y)


def test_arms_learn_where_and_for_how_long_they_say(monkeypatch: Any) -> None:
    lessons = {}

    def fit(_: Workbench, name: str, build: Any, draw: Any, loss: Any, **how: Any) -> None:
        lessons[name] = (draw, how["training"].steps)

    monkeypatch.setattr(Workbench, "fit", fit)
    settings = names.Learning()
    for name, arm in (names.ARMS | names.PRICED).items():
        digits.learn(Workbench(), name, arm, settings)
    placed = {name for name, (draw, _) in lessons.items() if draw is digits.everywhere}
    assert placed == {names.EVERYWHERE, names.STRIDES_EVERYWHERE}
    steps = {name: steps for name, (_, steps) in lessons.items()}
    assert steps[names.EVERYWHERE] == 3 * settings.training.steps
    assert {steps[half] for half in (names.HALF, names.SAMPLED_HALF)} == {150}
    assert steps[grid.named(names.SAMPLED)] == steps[grid.named(names.STRIDES)] == 300


def test_first_weights_keep_the_size_of_the_maps() -> None:
    torch.manual_seed(0)
    x = digits.centred(generator(0, Stream.DATA)).x[:50]
    sizes = []
    for _ in range(20):
        network = digits.begun(names.UNHALVED, 16)
        assert isinstance(network, torch.nn.Sequential)
        maps = network[:-1](x).detach()
        sizes.append(float(maps.square().mean().sqrt() / x.square().mean().sqrt()))
    assert 0.7 < sum(sizes) / 20 < 1.4  # after torch's weights 0.2


@pytest.mark.long
def test_layers_follow_until_the_image_is_halved() -> None:
    bench, settings = Workbench(), names.Learning(seeds=2, tested_on=3, channels=2)
    short = settings.training.model_copy(update={"steps": 2})
    settings = settings.model_copy(update={"training": short})
    x = digits.held_out(bench, settings).x
    for cell, follows in ((grid.USUAL, False), (names.UNHALVED, True)):
        networks = consistency.rounded(digits.learn(bench, "a", names.Arm(cell), settings))
        errors = errors_of_layers(networks, x)
        assert errors["ReLU 1"].tolist() == [0, 0]
        assert bool((errors["convolution 2"] == 0).all()) == follows
        assert ("halved 1" in errors) == (not follows)


def found(sampled: float, usual: float) -> Measurements:
    """As if the cell that should be exact changed a logit by so much, and the usual one, too."""
    measurements = Measurements()
    for arm in (*names.ARMS, names.CONSTANT):
        change = usual if arm == grid.named(grid.USUAL) else sampled
        right = 95.0 if arm != names.CONSTANT else 10.0
        moved = right - 30 * (arm == grid.named(grid.USUAL))
        quantities = {names.CENTRED: right, names.MOVED: moved, names.SAME: 100.0}
        samples = {name: Sample((value,) * 6, "mean") for name, value in quantities.items()}
        measurements.add("answers", {"arm": arm}, samples | {names.CHANGE: exactly(change)})
    return measurements


@pytest.mark.parametrize(
    ("sampled", "usual", "expected"),
    [
        (0.0, 1.0, Outcome.HOLDS),
        (1e-12, 1.0, Outcome.REFUTED),
        (0.0, 0.0, Outcome.INVALID),  # as where no digit was moved
    ],
)
def test_a_logit_that_changes_is_seen(sampled: float, usual: float, expected: Outcome) -> None:
    measurements, config = found(sampled, usual), consistency.Config()
    by_id = {claim.id: claim for claim in consistency.CLAIMS}
    assert by_id["C319o5"].check(measurements, config).outcome == expected
    assert by_id["C319o6"].check(measurements, config).outcome == Outcome.HOLDS
