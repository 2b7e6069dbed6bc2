"""Tests of convlab.train.course: a training that is cut off goes on with the same numbers."""

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from convlab.settings import Training
from convlab.streams import Data
from convlab.train import Networks, fit, loop
from convlab.train.course import Kept
from convlab.train.steps import PlainSteps

STEPS = 24
X = torch.randn(90, 1, 6, 6, generator=Generator().manual_seed(1))
SHARED = Data(X, (X.mean(dim=(1, 2, 3)) > 0).long())


def own(generator: Generator) -> Data:
    x = torch.randn(50, 1, 6, 6, generator=generator)
    return Data(x, (x.mean(dim=(1, 2, 3)) > 0).long())


class CutOff(BaseException):
    """What stands for the end of a process."""


@dataclass
class Memory:
    """Checkpoints as bytes, which cut the training off once they have kept so many states."""

    cuts: int = 10**9
    bytes: dict[str, list[bytes]] = field(default_factory=dict)
    due_every: int = 3
    asked: int = 0
    found: list[int] = field(default_factory=list)

    def find(self, group: str) -> Iterator[Kept]:
        for content in self.bytes.get(group, [])[::-1]:
            kept = torch.load(io.BytesIO(content), weights_only=True)
            self.found.append(kept["step"])
            yield kept

    def is_due(self) -> bool:
        self.asked += 1
        return self.asked % self.due_every == 0

    def keep(self, group: str, kept: Kept, *, ended: bool) -> None:
        content = io.BytesIO()
        torch.save(kept, content)
        self.bytes.setdefault(group, []).append(content.getvalue())
        self.cuts -= 1
        if self.cuts <= 0:
            raise CutOff


def plain() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))


def normalized() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2)
    )


def dropping() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(36, 8), nn.Dropout(0.5), nn.Linear(8, 2))


class Noisy(nn.Module):
    """Draws from the generators of numpy and Python, too."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(36, 2)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.layer(x.flatten(1)) + np.random.normal() + random.random()
        return out


class Replacing(nn.Module):
    """Puts a new tensor in the place of its buffer at each call."""

    mean: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(36, 2)
        self.register_buffer("mean", torch.zeros(36))

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1)
        self.mean = 0.9 * self.mean + 0.1 * x.detach().mean(0)
        out: Tensor = self.layer(x - self.mean)
        return out


class Counting(Replacing):
    """Keeps a number of Python, which no state of tensors has."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return super().forward(x) * (1 + self.calls)


NETWORKS = [plain, normalized, dropping, Noisy, Replacing, Counting]


def trained(memory: Memory | None, build: Callable[[], nn.Module], **more: Any) -> Networks:
    data = more.pop("data", SHARED)
    settings = {"steps": STEPS, "batch": 16, "momentum": 0.5, "optimizer": "adam"} | more
    training = Training.model_validate(settings)
    loss = cross_entropy
    return fit(
        build, data, loss, seeds=3, training=training, keep=[0, 5, STEPS], checkpoints=memory
    )


def assert_same(one: Networks, other: Networks) -> None:
    assert torch.equal(one.losses, other.losses)
    assert one.state.keys() == other.state.keys() and one.kept.keys() == other.kept.keys()
    for name, tensor in one.state.items():
        assert torch.equal(tensor, other.state[name])
    for step in one.kept:
        for name in one.state:
            assert torch.equal(one.kept[step][name], other.kept[step][name])
        assert torch.equal(one.at(step).predict(X[:4]), other.at(step).predict(X[:4]))
    assert one.notes == other.notes


def cut_off_and_resumed(build: Callable[[], nn.Module], **more: Any) -> tuple[Networks, Memory]:
    """What is trained in as many processes as there are states to be kept."""
    memory = Memory()
    for _ in range(200):
        memory.cuts = 1
        try:
            return trained(memory, build, **dict(more)), memory
        except CutOff:
            continue
    raise AssertionError("it makes no progress")


@pytest.mark.parametrize("data", [SHARED, own], ids=["shared", "own"])
@pytest.mark.parametrize("build", [*NETWORKS[:-1]], ids=lambda build: build.__name__)
def test_networks_are_the_same_however_often_they_were_cut_off(
    build: Callable[[], nn.Module], data: Any
) -> None:
    found, memory = cut_off_and_resumed(build, data=data)
    assert max(memory.found) == STEPS and 1 < min(memory.found) < STEPS
    assert_same(found, trained(None, build, data=data))


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine", "exponential"])
@pytest.mark.parametrize("optimizer", ["adam", "sgd", "adadelta"])
def test_so_is_every_optimizer_on_every_schedule(optimizer: str, schedule: str) -> None:
    how = {"optimizer": optimizer, "schedule": schedule, "weight_decay": 0.01}
    assert_same(cut_off_and_resumed(plain, **how)[0], trained(None, plain, **how))


def test_what_keeps_a_state_in_python_is_trained_anew() -> None:
    memory = Memory(cuts=1)
    assert_same(trained(memory, Counting), trained(None, Counting))
    assert not memory.bytes


def test_steps_that_are_replayed_go_on_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.train.test_replay import StandIn

    monkeypatch.setattr(loop, "graph_of", lambda device: StandIn())
    for optimizer in ("adam", "sgd", "adadelta"):
        how = {"optimizer": optimizer, "schedule": "cosine"}
        found, memory = cut_off_and_resumed(plain, **how)
        assert all(group.startswith("ReplayedSteps") for group in memory.bytes)
        assert_same(found, trained(None, plain, **how))


@pytest.mark.parametrize(
    "changes",
    [{"steps": STEPS + 1}, {"data": Data(2 * X, SHARED.y)}, {"build": dropping}],
    ids=["more steps", "other data", "another network"],
)
def test_what_was_kept_of_another_training_is_not_used(changes: dict[str, Any]) -> None:
    memory = Memory()
    trained(memory, plain)
    build = changes.pop("build", plain)
    memory.found = []
    assert_same(trained(memory, build, **dict(changes)), trained(None, build, **dict(changes)))


def test_a_training_that_has_ended_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    before = trained(memory, plain)
    calls: list[int] = []
    step = PlainSteps.__call__

    def counted(self: Any, batch: Any) -> Tensor:
        calls.append(1)
        return step(self, batch)

    monkeypatch.setattr(PlainSteps, "__call__", counted)
    assert_same(trained(memory, plain), before)
    assert len(calls) == 1  # which shows that it is the same training


def test_losses_that_are_no_numbers_are_the_same_too() -> None:
    def lost(out: Tensor, y: Tensor) -> Tensor:
        return mse_loss(out[:, 0], y.float()) * torch.nan

    def once(memory: Memory) -> Networks:
        training = Training(steps=STEPS, batch=16)
        return fit(plain, SHARED, lost, seeds=2, training=training, checkpoints=memory)

    memory = Memory(cuts=1)
    with pytest.raises(CutOff):
        once(memory)
    memory.cuts = 10**9
    once(memory)
    assert memory.found
