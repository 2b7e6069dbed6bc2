"""How many seeds to train as one program: all, some at a time, or one after another.

A group pays while what its step touches stays near the cache, so that its size is bounded by
bytes, and with it the memory; large layers are trained alone, with a network's own forward. What
has no form in `stacked.layers` is left to vmap, which gains nothing for two or three seeds, and
nothing for large convolutions. The bounds follow from the times in docs/measured.md.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from math import ceil

from torch import Tensor, nn

from .. import streams
from ..cost import Cost, LayerCost, cost
from ..memory import physical, require
from ..settings import Training
from ..streams import Data, Draw, Stream
from .rules import in_a_line
from .stacked import layers_by_vmap

Build = Callable[[], nn.Module]

FEW = 8  # examples of a batch that a network is tried on
GROUP_TOUCHES = 16_000_000  # bytes of weights, examples and activations in a step
GROUP_BYTES = 1_000_000_000  # with all the data that the seeds have drawn
CARD_BYTES = 8_000_000_000  # of both on an accelerator: enough for 1,000 small networks at once
FAR_MORE = 1000  # bytes of activations for each of weights and examples
VMAP_LIMIT = 7_000_000  # multiply-adds of convolutions by vmap, per step and seed
VMAP_LEAST = 4  # seeds
CONVOLUTION_LIMIT = 50_000_000  # multiply-adds of any, beyond which two seeds gain a tenth


class Untried(Exception):
    """A network that cannot be copied, say, or takes batches of another size only."""


def group_size(
    network: nn.Module, data: Data | Draw, training: Training, seeds: range, device: str = "cpu"
) -> int:
    """How many such networks to train as one program, so that the groups are nearly equal.

    Raises Untried, or NotEnoughMemory where not even one could be trained.
    """
    weights = sum(tensor.nbytes for tensor in network.parameters())
    require(4 * weights, "training one network")  # the gradient, and Adam's two averages
    one = streams.draw_all(data, seeds[:1], Stream.DATA)
    x = (one.x[0] if one.own else one.x)[: training.batch]
    if len(seeds) == 1 and FAR_MORE * (4 * weights + x.nbytes) < physical():
        return 1  # without a trial, which is a call more than a plain loop makes
    few = x[:FEW]
    counts = _tried(network, few)
    saved_bytes = (counts.saved_bytes or 0) * len(x) // len(few)
    step_bytes = 4 * weights + saved_bytes + x.nbytes
    seed_bytes = step_bytes + saved_bytes + (one.x.nbytes if one.own else 0)
    require(seed_bytes, "training one network")
    of_cpu = device == "cpu"  # the more, the better for a card
    touches, held = (GROUP_TOUCHES, GROUP_BYTES) if of_cpu else (CARD_BYTES, CARD_BYTES)
    most = min(len(seeds), touches // step_bytes, held // seed_bytes)
    if most <= 1 or not _is_worthwhile(network, counts, len(x), most):
        return 1
    return ceil(len(seeds) / ceil(len(seeds) / most))


def _tried(network: nn.Module, few: Tensor) -> Cost:
    try:
        return cost(deepcopy(network), few.clone(), train=True)
    except Exception as error:
        raise Untried(
            f"a copy cannot be tried on {len(few)} examples: {in_a_line(error)}"
        ) from error


def _is_worthwhile(network: nn.Module, counts: Cost, examples: int, seeds: int) -> bool:
    """Whether so many seeds take less time together than one after another."""
    work = {
        layer.name: examples * layer.multiply_adds for layer in counts.layers if _is_local(layer)
    }
    if sum(work.values()) > CONVOLUTION_LIMIT:
        return False
    by_vmap = layers_by_vmap(network)
    work_by_vmap = sum(work[name] for name in work.keys() & by_vmap)
    return not by_vmap or (seeds >= VMAP_LEAST and work_by_vmap <= VMAP_LIMIT)


def _is_local(layer: LayerCost) -> bool:
    """Whether the layer is a convolution, calls one, or is locally connected."""
    convolves = any("convolution" in operation for operation in layer.operations)
    return convolves or layer.kind.startswith("LocallyConnected")
