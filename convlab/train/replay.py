"""A step captured once and replayed: where calls cost more than what they compute.

A step of small networks is dozens of calls, and on a card each takes longer than its work. So the
step is captured once, as one graph of what runs on the card, and then replayed. What a graph
cannot know is what Python would have done otherwise; so it is held against the plain step, from
the same state, at the first COMPARED replays and at the last. Where one differs, or nothing can be
captured, NotReplayed says why, and the whole training is to be made again in the plain way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from ..settings import Training
from ..streams import Batch
from .optimizers import SCHEDULES, captured_optimizer
from .rules import in_a_line
from .stacked import Program, agree, largest
from .steps import OptimizerState, gradients_and_losses

Body = Callable[[], Tensor]

LEAST = 20  # steps: fewer are not worth two to warm up, one to capture and four to compare
COMPARED = 3
NOISE = 1000  # roundings of the largest gradient
WARM_UP = 2  # steps in which libraries choose and allocate what they may not within a capture


class NotReplayed(Exception):
    """A replayed step is not the plain step, or there is none; says why."""


class Graph(Protocol):
    """What remembers the calls of a step."""

    def warm_up(self, body: Body) -> None:
        """Make the step where it will be captured."""

    def capture(self, body: Body) -> Tensor:
        """Remember what the step calls without computing it; where its losses will stand."""

    def replay(self) -> None:
        """Make all these calls, on the same memory."""


class ReplayedSteps:
    """The steps of a training by a graph, the first of which captures it."""

    def __init__(self, program: Program, training: Training, graph: Graph) -> None:
        self.program, self.training, self.graph = program, training, graph
        self.done = self.first = 0
        self.optimizer, self.lr = captured_optimizer(program.parameters, training)

    def __call__(self, batch: Batch) -> Tensor:
        """Make a step; the losses (S,) before it, until the next."""
        if self.done == 0:
            self.batch = batch
            self._capture()
        self._put_in(batch)
        self._set_lr()
        self.done += 1
        if self.done - self.first <= COMPARED or self.done == self.training.steps:
            self._compare()
        else:
            self.graph.replay()
        return self.losses

    def state(self) -> OptimizerState:
        """The tensors that the optimizer keeps."""
        return {"kept": [t.detach().clone() for t in self._all()[len(self.program.tensors) :]]}

    def put_back(self, state: OptimizerState, done: int) -> None:
        """Go on from what the optimizer kept, in the memory of the graph."""
        for tensor, kept in zip(
            self._all()[len(self.program.tensors) :], state["kept"], strict=True
        ):
            tensor.detach().copy_(kept)
        self.done = self.first = done

    def _step(self) -> Tensor:
        losses = gradients_and_losses(self.program, self.batch)
        self.optimizer.step()
        return losses

    def _capture(self) -> None:
        before = [tensor.detach().clone() for tensor in self.program.tensors]
        try:
            for _ in range(WARM_UP):
                self.graph.warm_up(self._step)
            self._put_back(before)
            for tensor in self.program.tensors:
                tensor.grad = None  # so that they are made in the graph's memory
            self.losses = self.graph.capture(self._step)
        except Exception as error:
            raise NotReplayed(in_a_line(error)) from error

    def _put_in(self, batch: Batch) -> None:
        """Where the graph reads it; a batch that is the same at every step lies there."""
        for there, new in ((self.batch.x, batch.x), (self.batch.y, batch.y)):
            if there is not new:
                there.copy_(new)

    def _set_lr(self) -> None:
        if self.training.schedule != "constant":
            share = SCHEDULES[self.training.schedule](self.training, self.done)
            self.lr.fill_(self.training.lr * share)

    def _compare(self) -> None:
        """NotReplayed unless the losses and all tensors are those of a plain step, to rounding.

        The bound is that of `agree`: the square root of a number's precision, of the largest one.
        """
        before = [tensor.detach().clone() for tensor in self._all()]
        expected = [self._step(), *(tensor.detach().clone() for tensor in self._all())]
        decided = [None, *self._decided()]
        self._put_back(before)
        self.graph.replay()
        found = [self.losses, *self._all()]
        for one, other, where in zip(found, expected, decided, strict=True):
            if not (one.equal(other) or agree(_at(one, where), _at(other, where))):
                raise NotReplayed(f"step {self.done}, replayed, is another than the plain step")

    def _all(self) -> list[Tensor]:
        """What a step changes: what is trained, and what the optimizer keeps of it."""
        kept = [each for state in self.optimizer.state.values() for each in _tensors(state)]
        return [*self.program.tensors, *kept]

    def _decided(self) -> list[Tensor | None]:
        """For each of them, if not everywhere: where a gradient is more than rounding.

        Where it is not, such as that of a bias before a normalization, it may have either sign
        each time, and Adam makes a whole step of it.
        """
        gradients = {id(t): t.grad for t in self.program.tensors if t.grad is not None}
        noise = max(map(largest, gradients.values()))
        where = {
            key: gradient.abs() > NOISE * torch.finfo(gradient.dtype).eps * noise
            for key, gradient in gradients.items()
        }
        masks = [where.get(id(tensor)) for tensor in self.program.tensors]
        for parameter, state in self.optimizer.state.items():
            mask = where.get(id(parameter))
            masks += [mask if each.shape == parameter.shape else None for each in _tensors(state)]
        return masks

    def _put_back(self, before: list[Tensor]) -> None:
        """The tensors as they were; what an optimizer had not kept yet begins with zeros."""
        after = self._all()
        for tensor, was in zip(after, before, strict=False):
            tensor.detach().copy_(was)
        for tensor in after[len(before) :]:
            tensor.zero_()


def _tensors(state: Mapping[str, Any]) -> list[Tensor]:
    return [each for each in state.values() if isinstance(each, Tensor)]


def _at(tensor: Tensor, where: Tensor | None) -> Tensor:
    """The tensor with zeros elsewhere."""
    return tensor.detach() if where is None else tensor.detach().where(where, 0)
