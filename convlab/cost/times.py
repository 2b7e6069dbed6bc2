"""How long a network takes forward, and forward and backward: measured, not counted."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn

from .. import timing
from ..measure import Sample
from ..settings import Timing
from .memory import differentiate
from .modes import set_mode


@dataclass(frozen=True)
class Times:
    """Milliseconds per batch, and in a sentence how they were measured, with the threads."""

    forward: Sample
    forward_and_backward: Sample | None  # in train mode; None where that fails
    note: str


def times(
    network: nn.Module, x: Tensor, rounds: Timing, *, train: bool = False, backward: bool = True
) -> Times:
    """The times of a pass over x without gradients, and of one to all parameters.

    The first is in eval mode, or with `train` in train mode as the second always is. Copies of the
    network run: its buffers and gradients stay as they were. Raises ValueError on
    the meta device, where nothing is computed.
    """
    if x.is_meta:
        raise ValueError("nothing is computed on the meta device, so it takes no time: use a CPU")
    predicting, training = deepcopy(network), deepcopy(network)
    set_mode(predicting, train)
    set_mode(training, True)

    def forward() -> None:
        with torch.no_grad():
            predicting(x)

    def both() -> None:
        with torch.enable_grad():
            differentiate(training, training(x))

    steps = {"forward": forward} | ({"both": both} if backward else {})
    seconds = timing.of_steps(steps, rounds, x.device.type, Generator())
    milliseconds = {name: timing.milliseconds(each) for name, each in seconds.items()}
    note = timing.note(rounds, x.device.type)
    return Times(milliseconds["forward"], milliseconds.get("both"), note)
