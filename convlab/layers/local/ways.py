"""Which way a layer takes, decided in one place."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from math import prod

import torch
from torch import Tensor, nn

from ..windows import Windows
from . import gathering, launches
from .few_calls import Way

GATHERING = Way(gathering.output, gathering.input_gradient, gathering.weight_gradient)
KERNELS = Way(launches.output, launches.input_gradient, launches.weight_gradient)
KNOWN = torch.float32, torch.float16, torch.bfloat16  # to the kernels
PLAIN = {Tensor, nn.Parameter}  # others may stand for tensors that are elsewhere
INDEXED = 2**31  # numbers of a tensor, which the kernels count in four bytes
MOST_GROUPS = 2**16 - 1  # of a launch: the second axis of CUDA's grids is no longer
LEAST_CAPABILITY = (8, 0)  # of a card: of Ampere and later


def way_of(x: Tensor, weight: Tensor, windows: Windows, groups: int) -> Way | None:
    """The way in few calls for these tensors, or None for that of a processor.

    A processor computes fastest on what lies in its cache, so that there the products are cut to
    fit it: dozens of calls. On a CUDA device a call costs more than most products, and that way is
    four times slower than unfold and a batch of products: it takes all positions at once there.
    Own kernels copy nothing and are the fastest; they are for float32 and shorter floats, and
    count in four bytes, groups in two. For all else, and where something watches the operations
    of torch, among which kernels are not, rows are gathered. Other accelerators were not measured
    and have the processor's way.
    They took 0.7 times as long as unfold and a batch of products, gathered rows 1.3 to 2.4 times
    as long as they: docs/measured.md has the times.
    """
    if x.device.type != "cuda":
        return None
    return KERNELS if _for_kernels(x, weight, windows, groups) else GATHERING


def _for_kernels(x: Tensor, weight: Tensor, windows: Windows, groups: int) -> bool:
    outputs = len(x) * len(weight) * prod(windows.out_size)
    return (
        x.dtype in KNOWN
        and {type(x), type(weight)} <= PLAIN
        and torch._C._len_torch_dispatch_stack() == 0
        and max(x.numel(), weight.numel(), outputs) < INDEXED
        and groups <= MOST_GROUPS
        and _has_kernels(x.device)
    )


@lru_cache
def _has_kernels(device: torch.device) -> bool:
    """Whether Triton is there, as in torch's builds for CUDA, and knows this card."""
    if torch.version.hip is not None or not find_spec("triton"):
        return False
    return torch.cuda.get_device_capability(device) >= LEAST_CAPABILITY
