"""Tests of convlab.train.replay, with a stand-in for the graph that makes its step anew."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from convlab.models import MODELS
from convlab.settings import Training
from convlab.streams import Data
from convlab.train import Networks, fit, loop
from convlab.train.replay import Body

SEEDS = 3
DATA = Data(
    torch.rand(90, 1, 6, 6, generator=torch.Generator().manual_seed(0)),
    torch.arange(90) % 4,
)


class StandIn:
    """A graph that remembers which function made the step, and calls it again."""

    def __init__(self) -> None:
        self.calls = ""

    def warm_up(self, body: Body) -> None:
        self.calls += "w"
        self.losses = torch.zeros_like(body())

    def capture(self, body: Body) -> Tensor:
        self.calls += "c"
        self.body = body
        return self.losses

    def replay(self) -> None:
        self.calls += "r"
        self.losses.copy_(self.body())


class Wrong(StandIn):
    """One whose replays are another step from some number on."""

    def __init__(self, first: int) -> None:
        super().__init__()
        self.first = first

    def replay(self) -> None:
        super().replay()
        if self.calls.count("r") >= self.first:
            self.losses += 0.1


class Refusing(StandIn):
    def capture(self, body: Body) -> Tensor:
        raise RuntimeError("operation not permitted when stream is capturing")


def network() -> nn.Module:
    return MODELS["cnn"]((1, 6, 6), 4, 4)


def normalized(bias: bool = False) -> nn.Module:
    layers = nn.Conv2d(1, 4, 3, bias=bias), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten()
    return nn.Sequential(*layers, nn.Linear(64, 4))


def trained(
    graph: StandIn | None,
    monkeypatch: pytest.MonkeyPatch,
    build: Callable[[], nn.Module] = network,
    seeds: int = SEEDS,
    **changes: Any,
) -> Networks:
    monkeypatch.setattr(loop, "graph_of", lambda device: graph)
    training = Training.model_validate({"steps": 25, "batch": 32, "momentum": 0.5} | changes)
    keep = [0, 2, training.steps]
    return fit(build, DATA, cross_entropy, seeds=seeds, training=training, keep=keep)


def assert_same(one: Networks, other: Networks) -> None:
    assert torch.equal(one.losses, other.losses)
    for step in one.kept:
        for name in one.state:
            assert torch.equal(one.kept[step][name], other.kept[step][name])


@pytest.mark.parametrize("batch", [32, 90])
@pytest.mark.parametrize("optimizer", ["adam", "sgd", "adadelta"])
def test_replayed_steps_are_the_plain_steps(
    optimizer: str, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the bit: what warms up, captures and compares leaves no trace."""
    graph = StandIn()
    found = trained(graph, monkeypatch, optimizer=optimizer, batch=batch)
    assert graph.calls == "wwc" + 25 * "r" and not found.notes
    assert_same(found, trained(None, monkeypatch, optimizer=optimizer, batch=batch))


def test_buffers_are_put_back_too(monkeypatch: pytest.MonkeyPatch) -> None:
    found = trained(StandIn(), monkeypatch, normalized, seeds=4)
    assert not found.notes
    assert_same(found, trained(None, monkeypatch, normalized, seeds=4))


class Noisy(StandIn):
    """One whose replays round gradients in another way."""

    def replay(self) -> None:
        hooks = [
            tensor.register_hook(lambda g: g + 1e-8 * torch.randn(g.shape))
            for tensor in self.trained
        ]
        super().replay()
        for hook in hooks:
            hook.remove()

    def warm_up(self, body: Body) -> None:
        super().warm_up(body)
        steps = cast("Any", body).__self__
        self.trained = [t for t in steps.program.tensors if t.requires_grad]


def test_a_gradient_of_rounding_alone_may_be_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of a bias before a normalization, of which Adam makes a whole step."""
    found = trained(Noisy(), monkeypatch, partial(normalized, bias=True), seeds=4)
    assert not found.notes


@pytest.mark.parametrize("schedule", ["linear", "cosine", "exponential"])
def test_the_rate_is_changed_in_place(schedule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = trained(StandIn(), monkeypatch, schedule=schedule)
    plain = trained(None, monkeypatch, schedule=schedule)
    assert not found.notes
    torch.testing.assert_close(found.losses, plain.losses, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("first", [1, 3, 25])
def test_a_replay_that_is_another_step_is_taken_back(
    first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = trained(Wrong(first), monkeypatch)
    assert found.notes == (
        f"the steps were not replayed: step {first}, replayed, is another than the plain step",
    )
    assert_same(found, trained(None, monkeypatch))


def test_a_capture_that_fails_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    found = trained(Refusing(), monkeypatch)
    assert len(found.notes) == 1 and "not permitted when stream is capturing" in found.notes[0]
    assert_same(found, trained(None, monkeypatch))


def test_later_groups_are_not_tried_after_one_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "group_size", lambda *_: 1)
    graph = Wrong(1)
    found = trained(graph, monkeypatch)
    assert graph.calls == "wwcr" and len(found.notes) == 1


def test_one_seed_is_replayed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = StandIn()
    found = trained(graph, monkeypatch, seeds=1)
    plain = trained(None, monkeypatch, seeds=1)
    assert graph.calls.count("r") == 25
    torch.testing.assert_close(found.losses, plain.losses, rtol=1e-4, atol=1e-5)


def test_what_draws_numbers_is_not_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = StandIn()
    build = partial(lambda: nn.Sequential(*network().children(), nn.Dropout(0.1)))
    found = trained(graph, monkeypatch, build)
    assert not graph.calls and "draw random numbers" in found.notes[0]


def test_few_steps_are_not_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = StandIn()
    trained(graph, monkeypatch, steps=19)
    assert not graph.calls
