"""How many seeds to train as one tensor program: all, some at a time, or one after another."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from . import streams
from .memory import require
from .probes.cost import cost
from .settings import Training
from .streams import Data, Draw, Stream

Build = Callable[[], nn.Module]

# A vmapped convolution is a grouped one, which a CPU computes slowly. Measured on two cores: with
# 5 million multiply-adds per step and seed ten seeds together take 0.45 of the time of a loop,
# with 80 million they take 2.2 times as long.
CONVOLUTION_LIMIT = 20_000_000
CONVOLUTIONS = ("Conv", "LocallyConnected")
GROUP_BYTES = 1_000_000_000  # of weights, data and activations that are trained together


def group_size(build: Build, data: Data | Draw, training: Training, seeds: int) -> int:
    """How many seeds to train as one tensor program."""
    one = streams.drawn(data, range(1), Stream.DATA)
    examples = one.x[0] if one.own else one.x
    x = examples[: training.batch]
    network = build()
    weights = sum(tensor.nbytes for tensor in network.parameters())
    require(4 * weights, "training one network")  # the gradient, and Adam's two averages
    spent = cost(network, x)
    needed = 4 * weights + 2 * spent.saved_bytes + (one.x.nbytes if one.own else x.nbytes)
    require(needed, "training one network")
    if _draws(network, x):
        return 1  # one after another, each with the random numbers that it would have alone
    shared = not one.own and len(examples) <= training.batch
    convolutions = [layer for layer in spent.layers if layer.kind.startswith(CONVOLUTIONS)]
    # The first convolution of a shared batch is one ordinary convolution with S times the outputs.
    work = len(x) * sum(layer.multiply_adds for layer in convolutions[shared:])
    return 1 if work > CONVOLUTION_LIMIT else max(1, min(seeds, GROUP_BYTES // needed))


def _draws(network: nn.Module, x: Tensor) -> bool:
    """Whether the network draws random numbers while it is trained: dropout does."""
    before = torch.random.get_rng_state()
    with torch.no_grad():
        network(x)
    return not torch.equal(before, torch.random.get_rng_state())
