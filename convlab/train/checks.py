"""What `fit` refuses before anything is built, each with a sentence that says the way out."""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import nn

from ..errors import UsageError
from ..settings import Training


def check(
    build: object,
    loss: object,
    seeds: object,
    training: object,
    device: object,
    keep: object,
) -> None:
    """UsageError where something is no argument of `fit`; data are looked at when drawn."""
    _check_number(seeds)
    _check_functions(build, loss)
    if not isinstance(training, Training):
        raise UsageError(f"`fit` takes training=Training(…), not {training!r:.60}")
    _check_keep(keep, training.steps)
    _check_device(device)


def _check_number(seeds: object) -> None:
    if isinstance(seeds, bool) or not hasattr(seeds, "__index__"):
        raise UsageError(f"`fit` takes a whole number of seeds, not seeds={seeds!r:.60}")
    if seeds.__index__() < 1:
        raise UsageError(f"`fit` needs at least one seed, not seeds={seeds}")


def _check_functions(build: object, loss: object) -> None:
    if isinstance(build, nn.Module) or not callable(build):
        raise UsageError(
            f"`fit` takes a function that builds a network, not {type(build).__name__}: "
            "let `build` make a new one at each call, such as `lambda: nn.Linear(8, 2)`"
        )
    if isinstance(loss, type) and issubclass(loss, nn.Module):
        raise UsageError(f"the loss of `fit` is a class: give an object, `{loss.__name__}()`")
    if not callable(loss):
        raise UsageError(
            f"the loss of `fit` is {loss!r:.60}: give a function of outputs and targets, such as "
            "`torch.nn.functional.mse_loss`"
        )


def _check_keep(keep: object, steps: int) -> None:
    if not isinstance(keep, Collection):
        raise UsageError(
            f"`fit` takes a list of steps to keep, such as [0, {steps}], not {keep!r}"
        )
    for step in keep:
        if step != int(step) or not 0 <= step <= steps:
            raise UsageError(f"`fit` makes {steps} steps: it cannot keep step {step}")


def _check_device(device: object) -> None:
    try:
        torch.empty(0, device=device)  # type: ignore[call-overload]
    except Exception as error:
        raise UsageError(
            f"`fit` cannot use the device {str(device)!r:.40}, use `cpu`: "
            f"{str(error).splitlines()[0]:.80}"
        ) from None
