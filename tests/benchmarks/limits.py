"""What this machine can do at best, measured: the yardsticks of the limits."""

from __future__ import annotations

from collections.abc import Callable

import torch

from convlab import timing
from convlab.streams import Stream, generator

SIDE = 1024  # of the matrices, in numbers: large enough for the processor's best rate
NUMBERS = 24_000_000  # that are copied: more than caches hold


def flops_per_second() -> float:
    """Operations of a large product of float32 matrices, a multiply-add being two."""
    a, b = torch.randn(2, SIDE, SIDE)
    out = torch.empty(SIDE, SIDE)
    return 2 * SIDE**3 / _least(lambda: torch.mm(a, b, out=out))


def bytes_per_second() -> float:
    """Bytes read and written by a copy of memory to memory."""
    a, b = torch.zeros(2, NUMBERS)
    return 2.0 * int(a.nbytes) / _least(lambda: b.copy_(a))


def _least(function: Callable[[], object]) -> float:
    times = timing.seconds(
        {"it": function}, repeats=20, warmup=3, generator=generator(0, Stream.ORDER)
    )
    return float(times["it"].min())
