"""Tests of experiments/parts/capsules: the arms, the loss by loops, and verdicts."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from convlab import lab
from convlab.lab import catalogue
from convlab.layers import Capsules
from convlab.measure import Measurements, Outcome, Sample, exactly
from experiments.parts import _face_names, _judging

capsules = lab.load(catalogue.experiments()["capsules"])


def parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_the_arms_differ_in_rounds_and_have_as_many_parameters() -> None:
    built = {arm: build() for arm, build in capsules.arms(capsules.Config()).items()}
    for rounds, arm in capsules.ROUTED.items():
        (layer,) = (each for each in built[arm].modules() if isinstance(each, Capsules))
        assert layer.rounds == rounds
        assert parameters(built[arm]) / parameters(built[capsules.DEEP]) == pytest.approx(
            1, abs=0.05
        )
    below = (
        list(built[capsules.READ].children())[:4],
        list(built[capsules.ROUTED[3]].children())[:4],
    )
    assert str(below[0]) == str(below[1])  # the same maps, under another head
    assert all(network(torch.rand(2, 1, 28, 28)).shape == (2, 2) for network in built.values())


def test_the_margin_loss_is_that_of_the_paper() -> None:
    lengths = torch.tensor([[0.95, 0.05], [0.2, 0.7], [0.5, 0.5], [0.0, 1.0]])
    y = torch.tensor([0, 0, 1, 1])
    losses = []
    for row, right in zip(lengths.tolist(), y.tolist(), strict=True):
        terms = [
            max(0, 0.9 - v) ** 2 if k == right else 0.5 * max(0, v - 0.1) ** 2
            for k, v in enumerate(row)
        ]
        losses.append(sum(terms))
    assert float(_judging.margin_loss(lengths, y)) == pytest.approx(sum(losses) / 4)
    assert losses[0] == 0 and losses[3] == 0


def measured(**jumbled: float) -> Measurements:
    """What would come out if each arm called half of the jumbled faces faces, but for these."""
    measurements = Measurements()
    arms = {"DEEP": capsules.DEEP, "READ": capsules.READ, "HALF": capsules.HALF}
    arms |= {f"ROUNDS{rounds}": arm for rounds, arm in capsules.ROUTED.items()}
    for name, arm in arms.items():
        row = {
            _face_names.FACES: jumbled.get(f"{name}_faces", 99.0),
            _face_names.DELETED: 1.0,
            _face_names.JUMBLED: jumbled.get(name, 50.0),
            _face_names.MOVED: jumbled.get("moved", 99.0) if name == "ROUNDS3" else 99.0,
        }
        samples = {kind: Sample((value,) * 6, "mean") for kind, value in row.items()}
        measurements.add("", {"arm": arm}, {capsules.PARAMETERS: exactly(7500)} | samples)
    return measurements


@pytest.mark.parametrize(
    ("jumbled", "id", "expected"),
    [
        ({}, "C323", "refuted"),
        ({}, "C323o1", "holds"),
        ({"ROUNDS3": 20, "HALF": 20}, "C323", "holds"),
        ({"ROUNDS3": 20, "HALF": 20}, "C323o1", "refuted"),
        ({"ROUNDS3": 80, "HALF": 80}, "C323", "refuted"),
        ({"ROUNDS3": 80, "HALF": 80}, "C323o1", "refuted"),
        ({"ROUNDS3": 20}, "C323", "invalid"),
        ({"DEEP_faces": 50}, "C323", "invalid"),
        ({}, "C323o2", "holds"),
        ({"ROUNDS0": 80}, "C323o2", "refuted"),
        ({"READ": 80}, "C323o3", "refuted"),
        ({"moved": 60}, "C323o4", "holds"),
        ({}, "C323o4", "refuted"),
    ],
)
def test_verdicts(jumbled: dict[str, float], id: str, expected: str) -> None:
    (claim,) = (claim for claim in capsules.CLAIMS if claim.id == id)
    assert claim.check(measured(**jumbled)).outcome is Outcome(expected)
