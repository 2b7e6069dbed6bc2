"""Tests of experiments/backpropagation/updates against the closed form of a quadratic loss."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.autograd.functional import hessian

from convlab import lab
from convlab.lab import catalogue
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

updates = lab.load(catalogue.experiments()["updates"])
Task = updates.Task
SMALL = updates.Config(draws=4, side=5, kernel=2)


@pytest.fixture
def task() -> Any:
    return Task(6, 3, generator(1, Stream.DATA))


def test_the_largest_curvature_is_that_of_the_second_derivatives(task: Any) -> None:
    second = hessian(task.loss, task.start).reshape(9, 9)
    curvatures, directions = torch.linalg.eigh(second)
    torch.testing.assert_close(curvatures[-1], task.curvature)
    along = (directions[:, -1] @ task.steepest.flatten()).abs()
    torch.testing.assert_close(along, torch.ones_like(along))


@pytest.mark.parametrize("step", [-2.5, -1.0, 0.5])
def test_along_the_steepest_direction_the_loss_changes_by_a_known_factor(
    task: Any,
    step: float,
) -> None:
    w = task.wanted + task.steepest
    before = float(task.loss(w))
    expected = before * ((1 + step) ** 2 - 1)
    assert task.change(w, step) == pytest.approx(expected)


def test_all_comes_out_as_predicted() -> None:
    measurements = updates.measure(SMALL, Workbench(first_seed=7))
    verdicts = [claim.check(measurements, SMALL) for claim in updates.CLAIMS]
    assert [verdict.id for verdict in verdicts if verdict.outcome != verdict.expected] == []


def test_a_step_with_the_wrong_sign_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = Task.moved
    monkeypatch.setattr(Task, "moved", lambda self, w, step: moved(self, w, -step))
    measurements = updates.measure(SMALL, Workbench())
    outcomes = {claim.id: claim.check(measurements, SMALL).outcome for claim in updates.CLAIMS}
    assert outcomes["C414o1"] == outcomes["C414o2"] == "invalid"
