"""One step after another, as a plain loop makes it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..settings import Training
from ..streams import Batch
from .optimizers import optimizer_and_schedule
from .stacked import Program

Steps = Callable[[Batch], Tensor]  # makes a step; gives the losses (S,) before it


def plain_steps(program: Program, training: Training) -> Steps:
    """Forward, the losses' backward, the optimizer, its schedule."""
    optimizer, schedule = None, None

    def step(batch: Batch) -> Tensor:
        nonlocal optimizer, schedule
        losses = gradients_and_losses(program, batch)
        if optimizer is None or schedule is None:
            optimizer, schedule = optimizer_and_schedule(program.parameters, training)
        optimizer.step()
        schedule.step()
        return losses

    return step


def gradients_and_losses(program: Program, batch: Batch) -> Tensor:
    """The losses (S,) before the step; the tensors hold their gradients then."""
    for tensor in program.tensors:
        tensor.grad = None  # first, so that the step may use its memory
    losses = program.losses(batch)
    losses.backward(torch.ones_like(losses))  # of their sum: each seed has its own gradient
    return losses.detach()
