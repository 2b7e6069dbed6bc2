"""The optimizers and learning-rate schedules that `Training` names; elementwise ones only.

An optimizer that looks at more than one weight at a time, or clips a global norm, would couple
the seeds that are stacked in one tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from math import cos, pi

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from ..settings import Training


def optimizer_and_schedule(
    parameters: Iterable[Tensor], training: Training
) -> tuple[Optimizer, LambdaLR]:
    """The optimizer of those parameters, and the schedule of its rate.

    Frozen ones may be among them: a network may set them free later.
    """
    optimizer = OPTIMIZERS[training.optimizer](list(parameters), training)
    return optimizer, LambdaLR(optimizer, partial(SCHEDULES[training.schedule], training))


def captured_optimizer(
    parameters: Iterable[Tensor], training: Training
) -> tuple[Optimizer, Tensor]:
    """The optimizer in a form whose steps can be captured, and its rate, to be changed in place.

    All that it keeps is to begin with zeros. A rate that stays is a number, as in a plain step.
    """
    tensors = list(parameters)
    optimizer = OPTIMIZERS[training.optimizer](tensors, training)
    rate = torch.tensor(training.lr, dtype=torch.float32, device=tensors[0].device)
    for group in optimizer.param_groups:
        group["capturable"] = rate.device.type != "cpu"  # SGD, which need not know, is asked too
        if training.schedule != "constant":
            group["lr"] = rate
    return optimizer, rate


def _adam(tensors: list[Tensor], training: Training) -> Optimizer:
    decay = training.weight_decay
    return torch.optim.Adam(tensors, lr=training.lr, weight_decay=decay, fused=_fusible(tensors))


def _sgd(tensors: list[Tensor], training: Training) -> Optimizer:
    return torch.optim.SGD(
        tensors,
        lr=training.lr,
        momentum=training.momentum,
        weight_decay=training.weight_decay,
        fused=_fusible(tensors),
    )


def _adadelta(tensors: list[Tensor], training: Training) -> Optimizer:
    decay = training.weight_decay
    return torch.optim.Adadelta(tensors, lr=training.lr, weight_decay=decay, foreach=True)


def _fusible(tensors: list[Tensor]) -> bool:
    """Whether torch has one kernel for the whole update: it takes half the time of a loop.

    It rounds numbers of two bytes at other places than a loop does, and wants all gradients.
    """
    return all(
        t.device.type in ("cpu", "cuda")
        and t.requires_grad
        and t.dtype in (torch.float32, torch.float64)
        and (t.grad is None or t.grad.layout is torch.strided)
        for t in tensors
    )


OPTIMIZERS: dict[str, Callable[[list[Tensor], Training], Optimizer]] = {
    "adam": _adam,
    "sgd": _sgd,
    "adadelta": _adadelta,
}
SCHEDULES: dict[str, Callable[[Training, int], float]] = {  # share of the rate, after `step` steps
    "constant": lambda training, step: 1.0,
    "linear": lambda training, step: 1 - step / training.steps,
    "cosine": lambda training, step: 0.5 + 0.5 * cos(pi * step / training.steps),
    "exponential": lambda training, step: training.decay ** (step / training.steps),
}
