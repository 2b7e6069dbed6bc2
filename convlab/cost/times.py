"""How long a network takes forward, and forward and backward: measured, not counted."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .. import timing
from ..measure import Sample
from ..settings import Timing
from .memory import differentiate


@dataclass(frozen=True)
class Times:
    """Milliseconds per batch, and in a sentence how they were measured, with the threads."""

    forward: Sample
    forward_and_backward: Sample
    note: str


def times(network: nn.Module, x: Tensor, rounds: Timing) -> Times:
    """The times of a pass over x without gradients, and of one to all parameters.

    A copy of the network runs: its buffers and gradients stay as they were. Raises ValueError on
    the meta device, where nothing is computed.
    """
    if x.is_meta:
        raise ValueError("nothing is computed on the meta device, so it takes no time: use a CPU")
    network = deepcopy(network)

    def forward() -> None:
        with torch.no_grad():
            network(x)

    def both() -> None:
        with torch.enable_grad():
            differentiate(network, network(x))

    seconds = timing.of_steps({"forward": forward, "both": both}, rounds, x.device.type)
    milliseconds = {name: timing.milliseconds(each) for name, each in seconds.items()}
    note = timing.note(rounds, x.device.type)
    return Times(milliseconds["forward"], milliseconds["both"], note)
