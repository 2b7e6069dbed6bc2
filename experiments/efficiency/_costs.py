"""What networks cost side by side: counts, and times of a training step and of a prediction."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TypeVar

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from convlab.cost import cost
from convlab.data import Dataset
from convlab.measure import Measurements, Sample, exactly
from convlab.settings import Training
from convlab.streams import Data
from convlab.timing import milliseconds, seconds
from convlab.train.optimizers import optimizer_and_schedule

from ._contenders import Architecture

REPEATS, WARMUP = 50, 5  # rounds
Loss = Callable[[Tensor, Tensor], Tensor]
Name = TypeVar("Name", bound=Hashable)


def add_costs(
    into: Measurements,
    architectures: Iterable[Architecture],
    data: Dataset,
    training: Training,
    device: str,
    order: Generator,
) -> None:
    """A row of counts and a row of times for each architecture, on the first batch of the data.

    Steps and predictions are timed in a random order.
    """
    batch = Data(data.x[: training.batch].to(device), data.y[: training.batch].to(device))
    size, threads = len(batch.y), torch.get_num_threads()
    networks = {each: each.build().to(device) for each in architectures}
    for each, network in networks.items():
        title = f"what each costs (per image; bytes per batch of {size})"
        into.add(title, each.factors, counts(network, batch.x))
    for each, quantities in times(networks, batch, cross_entropy, training, order).items():
        title = f"how long each takes (batch of {size}, threads: {threads}, on {device})"
        into.add(title, each.factors, quantities)


def counts(network: nn.Module, x: Tensor) -> dict[str, Sample]:
    """Parameters, multiply-adds per example, and bytes kept for a backward pass on x (N, ...)."""
    costs = cost(network, x)
    return {
        "parameters": exactly(costs.parameters),
        "multiply-adds": exactly(costs.multiply_adds),
        "kept for backward (bytes)": exactly(costs.saved_bytes or 0),
    }


def times(
    networks: Mapping[Name, nn.Module],
    data: Data,
    loss: Loss,
    training: Training,
    order: Generator,
) -> dict[Name, dict[str, Sample]]:
    """By network, the times of a step on the data and of a prediction for its first example.

    Each network is alone, as in use, not one of many seeds; all are timed in turn. The steps
    train the networks.
    """
    functions: dict[str, Callable[[], object]] = {}
    for number, network in enumerate(networks.values()):
        functions[f"step {number}"] = training_step(network, data, loss, training)
        functions[f"prediction {number}"] = prediction(network, data.x[:1])
    rounds = seconds(functions, repeats=REPEATS, warmup=WARMUP, generator=order)
    return {
        name: {
            "step (ms)": milliseconds(rounds[f"step {number}"]),
            "one prediction (ms)": milliseconds(rounds[f"prediction {number}"]),
        }
        for number, name in enumerate(networks)
    }


def training_step(
    network: nn.Module, data: Data, loss: Loss, training: Training
) -> Callable[[], object]:
    """What updates the network's weights once: forward, backward and the optimizer's step."""
    optimizer, _ = optimizer_and_schedule(network.parameters(), training)

    def step() -> None:
        optimizer.zero_grad()
        loss(network(data.x), data.y).backward()
        optimizer.step()

    return step


def prediction(network: nn.Module, x: Tensor) -> Callable[[], object]:
    """What computes the network's outputs, and keeps nothing for a backward pass."""

    def predict() -> Tensor:
        with torch.no_grad():
            output: Tensor = network(x)
        return output

    return predict
