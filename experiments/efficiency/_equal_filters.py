"""Filters of a locally connected layer that start equal, trained beside the one that is shared.

Where all shifts of the examples are shown, the gradients of all filters are the same: 1 / k of the
shared one's, since each patch stands at each of k places. With k times the step they stay equal.
"""

from __future__ import annotations

import torch
from torch import Tensor

from convlab.streams import Data, Stream
from convlab.workbench import Workbench

from ._signal_networks import Patches, Thresholded, all_shifts, logistic

STEPS, LR = 50, 0.1  # of gradient descent


def distance_of_filters(
    patches: Patches, count: int, workbench: Workbench, *, shifted: bool
) -> float:
    """The greatest difference of a locally connected layer's weight from the convolution's.

    The convolution has been trained on the examples, the layer on these or on all their shifts.
    """
    generator = workbench.generator(Stream.DATA)
    drawn = patches.draw(count, patches.direction(generator), generator)
    data = Data(drawn.x.double(), drawn.y.double())
    start = torch.randn(patches.size, generator=workbench.generator(Stream.WEIGHTS)).double()
    shared = descended(start, data, LR)
    more = all_shifts(data) if shifted else data
    local = descended(start.repeat(patches.number, 1), more, patches.number * LR)
    return float((local - shared).abs().max())


def descended(start: Tensor, data: Data, lr: float) -> Tensor:
    """The weights after so many steps; b has its own lr, for no patch has a share in it."""
    network = Thresholded(*start.shape).double()
    network.weight.data.copy_(start)
    groups = [{"params": [network.weight], "lr": lr}, {"params": [network.b], "lr": LR}]
    optimizer = torch.optim.SGD(groups)
    for _ in range(STEPS):
        optimizer.zero_grad()
        logistic(network(data.x), data.y).backward()
        optimizer.step()
    return network.weight.detach()
