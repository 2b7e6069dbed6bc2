"""What untrained networks of a cell of the grid, of whole weights, make of shifted digits."""

from __future__ import annotations

import torch
from torch import Tensor

from convlab.data import load
from convlab.probes.equivariance import shifts_within
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._grid import REACH, Cell
from ._halving import network
from ._shift_networks import with_whole_weights
from ._under_shifts import answers, consistency, in_the_middle, relative_changes

SHIFTS = shifts_within(REACH)
STILL = len(SHIFTS) // 2  # no shift
WHITE = 16  # greys of a digit, which are whole numbers


def logits_changed(
    cell: Cell, workbench: Workbench, *, seeds: int, images: int, channels: int
) -> tuple[Tensor, Tensor]:
    """Of each seed's network the changes (seeds, shifts), and the consistency (seeds,)."""
    digits, changes, same = load("digits").x, [], []
    for seed in range(seeds):
        weights = workbench.generator(Stream.WEIGHTS, seed)
        untrained = with_whole_weights(network(cell, channels), weights)
        chosen = torch.randperm(len(digits), generator=workbench.generator(Stream.DATA, seed))
        x = WHITE * digits[chosen[:images]].double()
        logits = answers(untrained, in_the_middle(x), SHIFTS)
        changes.append(relative_changes(logits, STILL))
        same.append(consistency(logits))
    return torch.stack(changes), torch.stack(same)
