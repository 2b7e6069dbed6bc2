"""One step after another, as a plain loop makes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from ..settings import Training
from ..streams import Batch
from .optimizers import optimizer_and_schedule
from .stacked import Program

OptimizerState = Mapping[str, Any]  # plain data and tensors


class Steps(Protocol):
    """Makes the steps of a training, and knows what its optimizer keeps between two of them."""

    def __call__(self, batch: Batch) -> Tensor:
        """Make a step; the losses (S,) before it."""

    def state(self) -> OptimizerState:
        """What the optimizer keeps after a step, to be saved before the next."""

    def put_back(self, state: OptimizerState, done: int) -> None:
        """Go on, after a first step, from what was kept after so many."""


class PlainSteps:
    """Forward, the losses' backward, the optimizer, its schedule."""

    def __init__(self, program: Program, training: Training) -> None:
        self.program, self.training = program, training
        self.optimizer: torch.optim.Optimizer | None = None

    def __call__(self, batch: Batch) -> Tensor:
        """Make a step; the losses (S,) before it."""
        losses = gradients_and_losses(self.program, batch)
        if self.optimizer is None:  # it looks at the gradients
            made = optimizer_and_schedule(self.program.parameters, self.training)
            self.optimizer, self.schedule = made
        self.optimizer.step()
        self.schedule.step()
        return losses

    def state(self) -> OptimizerState:
        """What the optimizer and its schedule keep."""
        assert self.optimizer, "there was a step"
        return {"optimizer": self.optimizer.state_dict(), "schedule": self.schedule.state_dict()}

    def put_back(self, state: OptimizerState, done: int) -> None:
        """Go on from what they kept; `done` stands in the schedule, too."""
        assert self.optimizer, "there was a step"
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])


def gradients_and_losses(program: Program, batch: Batch) -> Tensor:
    """The losses (S,) before the step; the tensors hold their gradients then."""
    for tensor in program.tensors:
        tensor.grad = None  # first, so that the step may use its memory
    losses = program.losses(batch)
    losses.backward(torch.ones_like(losses))  # of their sum: each seed has its own gradient
    return losses.detach()
