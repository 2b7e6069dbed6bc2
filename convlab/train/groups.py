"""How many seeds to train as one program: all, some at a time, or one after another.

Measured on one core of a Xeon with 2 MB of cache: how many times as long as a group a plain loop
takes. A group pays while what its step touches stays near the cache, so that its size is bounded
by bytes, and with it the memory; large layers are trained alone, with a network's own forward.

    bytes of one  network                    2 seeds    4      8      16     128
    0.001 million conv and exp, 8 x 8            1.9    3.7    7.2     14    129
    0.1 million   mlp, 8 x 8                     1.6    2.6    4.1    5.4     10
    0.4 million   cnn, 8 x 8                     1.8    2.7    3.6    4.4    3.7
    5 million     cnn, 28 x 28                   1.8    1.8    1.5    1.3
    7 million     cnn, 3 x 32 x 32               1.6    1.5    1.3    1.0
    10 million    mlp, 28 x 28; alone 1.6        1.4    1.3    1.0    0.8
    40 million    mlp, 3 x 32 x 32; alone 1.7    0.6    0.5    0.5

What has no form in `stacked.layers` is vmapped. That gains nothing for two or three seeds, and a
vmapped convolution is a grouped one whose channels come first, which is slow once it is large.

    multiply-adds of one                     2 seeds    4      8      16
    1.5 million   cnn, 8 x 8, vmapped            1.2    1.7    2.0    2.1
    6.1 million   cnn, 16 x 16, vmapped          1.0    1.2    1.1    1.1
    19 million    cnn, 28 x 28, vmapped          0.9    0.9    0.8    0.8
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

import torch
from torch import Tensor, nn

from .. import streams
from ..cost import Cost, LayerCost, cost
from ..memory import require
from ..settings import Training
from ..streams import Data, Draw, Stream
from .stacked import vmapped_layers

Build = Callable[[], nn.Module]

FEW = 8  # examples of a batch that a network is tried on
GROUP_TOUCHES = 16_000_000  # bytes of weights, examples and activations in a step
GROUP_BYTES = 1_000_000_000  # with all the data that the seeds have drawn
VMAPPED_LIMIT = 7_000_000  # multiply-adds of vmapped convolutions, per step and seed
VMAPPED_LEAST = 4  # seeds
CONVOLUTION_LIMIT = 50_000_000  # multiply-adds of any, beyond which two seeds gain a tenth


def group_size(
    build: Build, data: Data | Draw, training: Training, seeds: int, device: str = "cpu"
) -> int:
    """How many seeds to train as one program, so that the groups are nearly equal."""
    one = streams.drawn(data, range(1), Stream.DATA)
    x = (one.x[0] if one.own else one.x)[: training.batch]
    network, few = build(), x[:FEW]
    weights = sum(tensor.nbytes for tensor in network.parameters())
    require(4 * weights, "training one network")  # the gradient, and Adam's two averages
    spent = cost(network, few)
    saved = spent.saved_bytes * len(x) // len(few)
    touched = 4 * weights + saved + x.nbytes
    held = touched + saved + (one.x.nbytes if one.own else 0)
    require(held, "training one network")
    bound = GROUP_TOUCHES if device == "cpu" else GROUP_BYTES  # the more, the better for a GPU
    fitting = min(seeds, bound // touched, GROUP_BYTES // held)
    if fitting <= 1 or not _worthwhile(network, spent, len(x), fitting) or _draws(network, few):
        return 1
    return ceil(seeds / ceil(seeds / fitting))


def _worthwhile(network: nn.Module, spent: Cost, examples: int, seeds: int) -> bool:
    """Whether so many seeds take less time together than one after another."""
    work = {layer.name: examples * layer.multiply_adds for layer in spent.layers if _slides(layer)}
    if sum(work.values()) > CONVOLUTION_LIMIT:
        return False
    vmapped = vmapped_layers(network)
    in_vmapped = sum(work[name] for name in work.keys() & vmapped)
    return not vmapped or (seeds >= VMAPPED_LEAST and in_vmapped <= VMAPPED_LIMIT)


def _slides(layer: LayerCost) -> bool:
    """Whether the layer is a convolution, calls one, or is locally connected."""
    called = any("convolution" in operation for operation in layer.operations)
    return called or layer.kind.startswith("LocallyConnected")


def _draws(network: nn.Module, x: Tensor) -> bool:
    """Whether the network draws random numbers while it is trained: dropout does.

    Such networks are trained one after another, each with the numbers that it would have alone.
    """
    before = torch.random.get_rng_state()
    with torch.no_grad():
        network(x)
    return not torch.equal(before, torch.random.get_rng_state())
