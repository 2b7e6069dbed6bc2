"""How long functions take, side by side: only times of one run on one machine compare."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter, thread_time

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Generator, Tensor, nn

from .measure import Sample
from .settings import Timing

Step = Callable[[], None]
PROCESSOR = "cpu"  # on which a claim about times is measured, wherever the rest runs: a card takes
# as long for a small layer as for none


def seconds(
    functions: Mapping[str, Callable[[], object]],
    *,
    repeats: int,
    warmup: int,
    generator: Generator,
    least_of: int = 1,
    clock: Callable[[], float] = perf_counter,
) -> dict[str, NDArray[np.float64]]:
    """The times (repeats,) of one call of each function, in seconds of the clock.

    Every round times each function once, in a new random order: what slows the machine for a
    while slows them all, so ratios within a round are sound. A time is that of the fastest of
    `least_of` calls in a row, since other programs only ever add to it. The first `warmup`
    rounds are dropped. Waits for a GPU in use; collects no garbage meanwhile.

    The clock tells wall time; on a busy machine `time.thread_time` leaves out the slices of
    time that the processor gives to others, which only calls longer than a slice suffer.

        >>> times = seconds({"empty": int}, repeats=5, warmup=1, generator=Generator())
        >>> times["empty"].shape
        (5,)
    """
    names = list(functions)
    rounds = np.empty((warmup + repeats, len(names)))
    with _no_garbage_collection():
        for times in rounds:
            for place in torch.randperm(len(names), generator=generator).tolist():
                function = functions[names[place]]
                times[place] = min(_seconds(function, clock) for _ in range(least_of))
    return {name: rounds[warmup:, place] for place, name in enumerate(names)}


def of_steps(
    steps: Mapping[str, Step], timing: Timing, device: str, generator: Generator
) -> dict[str, NDArray[np.float64]]:
    """The times (repeats,) of each step, in seconds of the processor on a CPU.

    On a busy machine wall time doubles what outlasts a slice.
    """
    with threads(timing.threads):
        return seconds(
            steps,
            clock=thread_time if device == "cpu" else perf_counter,
            repeats=timing.repeats,
            warmup=2,
            least_of=timing.least_of,
            generator=generator,
        )


def note(timing: Timing, device: str) -> str:
    """What the times of `of_steps` are, in a sentence."""
    clock = "processor" if device == "cpu" else "wall"
    return (
        f"Times are {clock} times on {device}, threads: {timing.threads}; the fastest of "
        f"{timing.least_of} calls in each of {timing.repeats} rounds, in random order."
    )


def milliseconds(times: NDArray[np.float64]) -> Sample:
    return Sample(tuple((1e3 * times).tolist()), varies="repeats")


def pass_through(layer: nn.Module, x: Tensor) -> Step:
    """A forward and a backward pass, to the weights and to x."""
    x.requires_grad_()

    def step() -> None:
        layer(x).sum().backward()
        layer.zero_grad()
        x.grad = None

    return step


def exponents(sizes: ArrayLike, times: ArrayLike) -> NDArray[np.float64]:
    """The e of "time grows as size to the power of e", by least squares between logarithms.

    `times` is (sizes, repeats); each repeat gives an exponent of its own, (repeats,) in all.

        >>> exponents([1, 10, 100], [[2, 5], [20, 500], [200, 50000]])
        array([1., 2.])
    """
    x = np.log(np.asarray(sizes, dtype=float))
    y = np.log(np.asarray(times, dtype=float))
    slopes: NDArray[np.float64] = (x - x.mean()) @ y / np.square(x - x.mean()).sum()
    return slopes


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let torch compute with `count` CPU threads, and with as many as before afterwards.

    >>> with threads(1):
    ...     torch.get_num_threads()
    1
    """
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _seconds(function: Callable[[], object], clock: Callable[[], float]) -> float:
    _finish()
    start = clock()
    result = function()
    _finish()
    end = clock()
    del result  # freed outside of the time, or it would depend on what the function returns
    return end - start


def _finish() -> None:
    """Wait for the GPU, which computes on while Python goes on."""
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
