"""What a seed draws: data, weights and order, each from a stream of its own, on the CPU.

More data then changes no weight, and seed 7 of 8 is seed 7 of 64 is seed 7 alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor

from .errors import UsageError
from .memory import require
from .numbers import number

OBJECTS = 1000  # bytes of what Python keeps for the data of a seed, beside its numbers


class Stream(IntEnum):
    """The streams of a seed; a number once given is never given again."""

    DATA = 0
    WEIGHTS = 1
    ORDER = 2
    HELD_OUT = 3
    SPLIT = 4
    NOISE = 5  # of layers that draw while they are trained


def generator(seed: int, stream: Stream) -> Generator:
    """The CPU generator of one stream of one seed, the same on every machine and device."""
    (state,) = np.random.SeedSequence((seed, stream)).generate_state(1, np.uint64)
    return Generator().manual_seed(int(state))


def seed_all(seed: int, stream: Stream) -> None:
    """Let what draws from a global generator, of torch, numpy or Python, draw from a stream."""
    start = generator(seed, stream).initial_seed()
    random.seed(start)
    np.random.seed(start % 2**32)
    if torch.cuda.is_available():  # not by `manual_seed`, which looks for every other device too
        torch.default_generator.manual_seed(start)
        torch.cuda.manual_seed_all(start)
    elif torch.accelerator.is_available():
        torch.manual_seed(start)
    else:  # half the time of a small network's set-up is saved: no other device is to be told
        torch.default_generator.manual_seed(start)


@contextmanager
def left_as_it_was() -> Iterator[None]:
    """Put back, at the end, the state of every global generator."""
    of_python, of_numpy = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng():
            yield
    finally:
        random.setstate(of_python)
        np.random.set_state(of_numpy)


def random_state() -> tuple[Any, ...]:
    """Equal before and after what has drawn nothing."""
    of_numpy: Any = np.random.get_state(legacy=False)
    words, place = of_numpy["state"].values()
    of_torch = torch.random.get_rng_state().numpy().tobytes()
    return random.getstate(), (words.tobytes(), place, of_numpy["has_gauss"]), of_torch


def random_state_to_keep() -> dict[str, Any]:
    """The states of all global generators as numbers and tensors."""
    of_numpy: Any = np.random.get_state(legacy=True)
    return {
        "python": random.getstate(),
        "numpy": (of_numpy[0], of_numpy[1].tolist(), *of_numpy[2:]),
        "torch": torch.random.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def put_back_random_state(kept: dict[str, Any]) -> None:
    """Let the global generators go on from there."""
    random.setstate(kept["python"])
    np.random.set_state(kept["numpy"])
    torch.random.set_rng_state(kept["torch"])
    if kept["cuda"]:
        torch.cuda.set_rng_state_all(kept["cuda"])


@dataclass(frozen=True)
class Data:
    """Inputs and targets of one seed, or of all: (N, ...) each, or UsageError."""

    x: Tensor
    y: Tensor

    def __post_init__(self) -> None:
        for name, kept in (("x", self.x), ("y", self.y)):
            if not isinstance(kept, Tensor) or kept.ndim == 0:
                raise UsageError(f"Data.{name} should be a tensor (N, ...), not {kept!r:.60}")
        if len(self.x) != len(self.y):
            raise UsageError(
                f"Data has {len(self.x)} inputs x and {len(self.y)} targets y: give one of each "
                "per example"
            )


Draw = Callable[[Generator], Data]


@dataclass(frozen=True)
class Batch:
    """Inputs and targets of a group of seeds: (S, B, ...) if `own`, else (B, ...) for all."""

    x: Tensor
    y: Tensor
    own: bool


def draw_each(data: Data | Draw, seeds: range, stream: Stream) -> list[Data]:
    """The data of each seed: what all share, or a draw of its own; UsageError if it is none."""
    if isinstance(data, Data):
        return [data] * len(seeds)
    if not callable(data):
        raise UsageError(f"the data should be Data, or a function that draws it, not {data!r:.60}")
    with left_as_it_was():
        each = [_drawn(data, seed, stream) for seed in seeds[:1]]
        for first in each:
            size = first.x.nbytes + first.y.nbytes + OBJECTS
            require(len(seeds) * size, f"the data of {number(len(seeds))} seeds")
        return each + [_drawn(data, seed, stream) for seed in seeds[1:]]


def _drawn(draw: Draw, seed: int, stream: Stream) -> Data:
    seed_all(seed, stream)  # for what is drawn without the generator that is given
    drawn = draw(generator(seed, stream))
    if not isinstance(drawn, Data):
        raise UsageError(f"a draw should return Data(x, y), not {drawn!r:.60}")
    return drawn


def draw_all(data: Data | Draw, seeds: range, stream: Stream) -> Batch:
    """All the data of the seeds: what they share, or their own draws stacked."""
    if isinstance(data, Data):
        return Batch(data.x, data.y, own=False)
    each = draw_each(data, seeds, stream)
    return Batch(torch.stack([d.x for d in each]), torch.stack([d.y for d in each]), own=True)


def batches(
    data: Data | Draw, seeds: range, *, steps: int, batch: int, device: str
) -> Iterator[Batch]:
    """One batch per step, drawn without replacement and in an order of each seed's own.

    An epoch ends when fewer than `batch` examples are left, and the next is shuffled anew.
    Data of at most `batch` examples is one batch, whole and in order, at every step.
    """
    everything = draw_all(data, seeds, Stream.DATA)
    x, y = everything.x.to(device), everything.y.to(device)
    examples = x.shape[1] if everything.own else len(x)
    if examples <= batch:
        yield from (Batch(x, y, everything.own) for _ in range(steps))
        return
    first = torch.zeros(len(seeds), dtype=torch.int64)
    if everything.own:  # the examples of all seeds in a row
        x, y = x.flatten(0, 1), y.flatten(0, 1)
        first = torch.arange(len(seeds)) * examples
    shape = len(seeds), batch
    for rows in islice(_orders(seeds, examples, batch, first, device), steps):
        yield Batch(_rows(x, rows, shape), _rows(y, rows, shape), own=True)


def _orders(
    seeds: range, examples: int, batch: int, first: Tensor, device: str
) -> Iterator[Tensor]:
    """The indices (S * batch,) of every step, without end, each from its seed's `first` (S,).

    Those of a whole epoch go to the device at once.
    """
    generators = [generator(seed, Stream.ORDER) for seed in seeds]
    whole = examples // batch * batch
    while True:
        order = torch.stack([torch.randperm(examples, generator=g) for g in generators])
        steps = (order[:, :whole] + first[:, None]).unflatten(1, (-1, batch))
        yield from steps.movedim(1, 0).flatten(1).to(device)


def _rows(x: Tensor, chosen: Tensor, shape: tuple[int, int]) -> Tensor:
    """x[chosen] as (*shape, ...), several times as fast."""
    return torch.unflatten(x.index_select(0, chosen), 0, shape)
