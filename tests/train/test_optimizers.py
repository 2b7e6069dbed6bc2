"""Tests of convlab.optimizers: the schedules begin and end where they say."""

import pytest
import torch
from torch import Tensor

from convlab.settings import Training
from convlab.train.optimizers import OPTIMIZERS, SCHEDULES, optimizer_and_schedule


def rates(training: Training) -> list[float]:
    weight = torch.ones(2, requires_grad=True)
    optimizer, schedule = optimizer_and_schedule([weight], training)
    seen = []
    for _ in range(training.steps):
        seen.append(optimizer.param_groups[0]["lr"])
        weight.grad = torch.ones(2)
        optimizer.step()
        schedule.step()
    return [*seen, optimizer.param_groups[0]["lr"]]


@pytest.mark.parametrize(
    ("schedule", "last"), [("constant", 0.1), ("linear", 0), ("cosine", 0), ("exponential", 1e-4)]
)
def test_a_schedule_begins_at_the_rate_and_ends_where_it_says(schedule: str, last: float) -> None:
    seen = rates(Training(steps=10, lr=0.1, schedule=schedule, decay=1e-3))
    assert seen[0] == pytest.approx(0.1)
    assert seen[-1] == pytest.approx(last, abs=1e-12)
    assert seen == sorted(seen, reverse=True)


def test_every_name_in_the_settings_has_its_function() -> None:
    properties = Training.model_json_schema()["properties"]
    assert set(properties["schedule"]["enum"]) == set(SCHEDULES)
    assert set(properties["optimizer"]["enum"]) == set(OPTIMIZERS)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_treats_stacked_weights_as_it_treats_each(name: str) -> None:
    training = Training(optimizer=name, momentum=0.5, weight_decay=0.1)

    def stepped(weights: Tensor, gradients: Tensor) -> Tensor:
        weight = weights.clone().requires_grad_()
        optimizer, _ = optimizer_and_schedule([weight], training)
        for gradient in gradients:
            weight.grad = gradient.clone()
            optimizer.step()
        return weight.detach()

    weights, gradients = torch.randn(4, 3), torch.randn(5, 4, 3)
    alone = [stepped(weights[i], gradients[:, i]) for i in range(4)]
    torch.testing.assert_close(stepped(weights, gradients), torch.stack(alone))
