"""Tests of convlab.train.optimizers: a fit reaches what torch's own classes reach by hand."""

from collections.abc import Callable
from functools import partial
from math import cos, pi

import pytest
import torch
from torch import Generator, nn
from torch.nn.functional import mse_loss
from torch.optim import SGD, Adadelta, Adam, Optimizer

from convlab.settings import Training
from convlab.streams import Data
from convlab.train import fit
from convlab.train.optimizers import OPTIMIZERS, SCHEDULES

SHARES: dict[str, Callable[[float], float]] = {  # of the first lr, after a share of the steps
    "constant": lambda done: 1.0,
    "linear": lambda done: 1 - done,
    "cosine": lambda done: (1 + cos(pi * done)) / 2,
    "exponential": lambda done: 0.02**done,
}
RULES: dict[str, tuple[Callable[..., Optimizer], dict[str, float]]] = {
    "adam": (Adam, {"weight_decay": 0.3}),
    "sgd": (SGD, {"weight_decay": 0.3, "momentum": 0.8}),
    "adadelta": (Adadelta, {"weight_decay": 0.3}),
}


def line(generator: Generator) -> Data:
    x = torch.randn(40, 2, generator=generator, dtype=torch.float64)
    return Data(x, 3 * x[:, :1] - x[:, 1:] + 1)


def linear() -> nn.Module:
    return nn.Linear(2, 1).double()


def training(**changes: object) -> Training:
    plain = {"steps": 7, "batch": 40, "lr": 0.07, "decay": 0.02}
    return Training.model_validate(plain | changes)


def by_hand(network: nn.Module, data: Data, optimizer: Optimizer, shares: list[float]) -> None:
    """One step for each share of the lr that the optimizer began with."""
    first = optimizer.param_groups[0]["lr"]
    for share in shares:
        optimizer.param_groups[0]["lr"] = share * first
        optimizer.zero_grad()
        mse_loss(network(data.x), data.y).backward()
        optimizer.step()


def compare(asked: Training, rule: Callable[..., Optimizer]) -> None:
    """Fit two seeds as asked, and each of them by hand with that optimizer of torch."""
    data = line(Generator().manual_seed(0))
    fitted = fit(linear, data, mse_loss, seeds=2, training=asked, keep=[0])
    shares = [SHARES[asked.schedule](step / asked.steps) for step in range(asked.steps)]
    for seed in range(2):
        network = linear()
        network.load_state_dict({name: each[seed] for name, each in fitted.kept[0].items()})
        by_hand(network, data, rule(network.parameters(), lr=0.07), shares)
        for name, expected in network.state_dict().items():
            torch.testing.assert_close(fitted.state[name][seed], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("schedule", SHARES)
@pytest.mark.parametrize("name", RULES)
def test_a_fit_with_a_schedule_is_the_lr_set_by_hand_at_each_step(
    name: str, schedule: str
) -> None:
    compare(training(optimizer=name, schedule=schedule), RULES[name][0])


@pytest.mark.parametrize("name", RULES)
def test_each_setting_of_an_optimizer_is_that_of_torch(name: str) -> None:
    rule, settings = RULES[name]
    for key, value in settings.items():
        compare(training(optimizer=name, **{key: value}), partial(rule, **{key: value}))
    compare(training(optimizer=name, **settings), partial(rule, **settings))


def test_every_name_in_the_settings_has_its_function() -> None:
    properties = Training.model_json_schema()["properties"]
    assert set(properties["schedule"]["enum"]) == set(SCHEDULES) == set(SHARES)
    assert set(properties["optimizer"]["enum"]) == set(OPTIMIZERS) == set(RULES)


def test_what_is_frozen_stays_as_it_was() -> None:
    def half_frozen() -> nn.Module:
        network = linear()
        network.bias.requires_grad_(False)
        return network

    data = line(Generator().manual_seed(0))
    fitted = fit(half_frozen, data, mse_loss, seeds=2, training=training(), keep=[0])
    assert torch.equal(fitted.state["bias"], fitted.kept[0]["bias"])
    assert not torch.equal(fitted.state["weight"], fitted.kept[0]["weight"])
