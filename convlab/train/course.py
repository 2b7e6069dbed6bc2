"""How far a group of networks has come, and how another process goes on from there.

What is kept of it is plain: tensors, numbers and texts, no pickled object. It is kept where a step
ends, so the order of batches and the data, which a seed draws again, are not among it. That it is
the same training is seen at its first step: its losses are those of the kept one, to the bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from ..streams import Batch, put_back_random_state, random_state_to_keep
from .attributes import Description, description
from .stacked import Program, State
from .steps import Steps

Kept = Mapping[str, Any]  # of a group after a step
Now = tuple[State, tuple[nn.Module, ...]]


class Checkpoints(Protocol):
    """Where groups of one training are kept."""

    def find(self, group: str) -> Iterator[Kept]:
        """What is kept of a group, the newest first."""

    def is_due(self) -> bool:
        """Whether it is time to keep the group that is trained."""

    def keep(self, group: str, kept: Kept, *, ended: bool) -> None:
        """Keep it: one that has ended for good, when it is due; else now, until the next."""


@dataclass
class Course:
    """The steps that a group has made: their losses, and the networks after some of them."""

    program: Program
    seeds: range
    steps: int
    step: int = 0
    losses: Tensor = field(default_factory=lambda: torch.empty(0))  # (steps, S)
    kept: dict[int, Now] = field(default_factory=dict)

    def add(self, losses: Tensor) -> None:
        """One more step; of the first, memory for all, since a tensor for each would break up
        the memory of the steps."""
        if self.step == 0:
            self.losses = losses.new_empty(self.steps, len(self.seeds))
        self.losses[self.step] = losses
        self.step += 1


@dataclass
class Saved:
    """A course that is kept in checkpoints, where its networks have no state but tensors."""

    checkpoints: Checkpoints
    course: Course
    make_step: Steps
    before: Description | None
    has_looked: bool = False  # for what an earlier process kept, which is not to be replaced
    has_ended: bool = False  # in that process

    @classmethod
    def of(cls, checkpoints: Checkpoints, course: Course, make_step: Steps) -> Saved:
        """That course, which has made no step yet."""
        return cls(checkpoints, course, make_step, _described(course.program))

    @property
    def group(self) -> str:
        """What tells the group from others of the training."""
        seeds = self.course.seeds
        return f"{type(self.make_step).__name__}, seeds {seeds.start} to {seeds.stop - 1}"

    def go_on(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """After the first step: what is left of the batches once the newest state is put back."""
        self.has_looked = True
        for kept in self.checkpoints.find(self.group):
            if _is_of(self.course, kept):
                self._put_back(kept)
                self.has_ended = self.course.step == self.course.steps
                return iter(()) if self.has_ended else islice(batches, self.course.step - 1, None)
        return batches

    def is_due(self) -> bool:
        return self.has_looked and self.checkpoints.is_due()

    def keep(self) -> None:
        """Keep where the course is; nothing where that would not be all of it."""
        new = self.has_looked and not self.has_ended
        if new and self.before is not None and self.before == _described(self.course.program):
            ended = self.course.step == self.course.steps
            self.checkpoints.keep(self.group, _kept(self.course, self.make_step), ended=ended)

    def _put_back(self, kept: Kept) -> None:
        course, program = self.course, self.course.program
        course.kept = {}
        for step, state in kept["kept"].items():
            program.put_back(state)
            course.kept[step] = state, program.now()[1]
        program.put_back(kept["state"])
        course.step = kept["step"]
        course.losses[: course.step] = kept["losses"].to(course.losses.device)
        if course.step < course.steps:
            self.make_step.put_back(kept["optimizer"], course.step)
            put_back_random_state(kept["random"])


def _kept(course: Course, make_step: Steps) -> Kept:
    """All that the rest of the training depends on, or only its outcome if it has ended."""
    outcome = {
        "step": course.step,
        "steps": course.steps,
        "losses": course.losses[: course.step].cpu(),
        "state": course.program.state(),
        "kept": {step: state for step, (state, _) in course.kept.items()},
    }
    if course.step == course.steps:
        return outcome
    return outcome | {"optimizer": make_step.state(), "random": random_state_to_keep()}


def _is_of(course: Course, kept: Kept) -> bool:
    """Whether this was kept of this training: its first losses are the same to the bit."""
    first, its = course.losses[0].cpu(), kept["losses"][0]
    if (kept["steps"], its.shape, its.dtype) != (course.steps, first.shape, first.dtype):
        return False
    return bool(first.numpy().tobytes() == its.numpy().tobytes())


def _described(program: Program) -> Description | None:
    """What the networks keep beside their tensors, if that can be looked into."""
    with suppress(Exception):
        each = [description(network) for network in program.alone]
        return {f"{place}.{name}": v for place, d in enumerate(each) for name, v in d.items()}
    return None
