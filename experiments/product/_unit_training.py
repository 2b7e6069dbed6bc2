"""Arithmetic units on (x1 + x2)(x1 + x2 + x3 + x4), all seeds as one tensor, on fresh examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import inf, nan

import torch
from torch import Generator, Tensor

from convlab.streams import Stream
from convlab.workbench import Workbench

from ._arithmetic_units import INPUTS, UNITS, Unit, set_by_hand

CHECK = 1000  # steps from one look at the held-out examples to the next
CHUNK = 100  # steps whose examples are drawn at once
HELD_OUT = 10_000  # examples of each kind
KNOWN, FURTHER = (1.0, 2.0), (2.0, 6.0)  # the range of training and validation, and of the test


@dataclass(frozen=True)
class Course:
    """The mean squared errors of each seed at each look, (looks, S): known range, and further."""

    steps: tuple[int, ...]
    known: Tensor
    further: Tensor

    def solved(self, limit: float) -> list[bool]:
        """Whether the test error is below the limit where the validation error is least."""
        best = self.known.nan_to_num(inf, inf, inf).argmin(dim=0)
        found: list[bool] = (self.further.gather(0, best[None])[0] < limit).tolist()
        return found

    def first_below(self, limit: float) -> list[float]:
        """The steps after which the test error was first below the limit; NaN if it never was."""
        below = self.further < limit
        steps = torch.tensor(self.steps).double()[:, None].expand_as(below)
        first = torch.where(below, steps, inf).amin(dim=0)
        found: list[float] = first.masked_fill(first.isinf(), nan).tolist()
        return found

    def shares_below(self, limit: float) -> list[list[bool]]:
        """Of every look, whether the test error of each seed is or was below the limit."""
        found: list[list[bool]] = ((self.further < limit).cummax(dim=0).values).tolist()
        return found


def limit_of_solved(exact: float) -> float:
    """The mean squared error on x of 2 to 6 of a product whose weights are `exact` off.

    With a = x1 + x2 and c = x3 + x4 it is ε² E[((a + c)(c - 2a))²], to the leading order: the sum
    a becomes a - εa + εc, and a + c is multiplied by 1 - ε. The sums are of a normal grid.
    """
    low, high = FURTHER
    x = low + (torch.arange(40, dtype=torch.float64) + 0.5) * (high - low) / 40
    sums, weights = torch.unique(x[:, None] + x, return_counts=True)
    a, c = sums[:, None], sums
    squares = ((a + c) * (c - 2 * a)).square() * weights[:, None] * weights
    return float(squares.sum() / weights.sum() ** 2) * exact**2


def products(x: Tensor) -> Tensor:
    """(x1 + x2)(x1 + x2 + x3 + x4) of (..., 4)."""
    return x[..., :2].sum(dim=-1) * x.sum(dim=-1)


def trained(
    name: str, seeds: int, workbench: Workbench, *, steps: int, batch: int, lr: float
) -> Course:
    """The course of the units of that name, by Adam at a constant lr."""
    draw = partial(_generators, workbench, seeds)
    network = UNITS[name](draw(Stream.WEIGHTS))
    adam = torch.optim.Adam(network.parameters(), lr=lr, fused=True)
    held_out = _held_out(draw(Stream.HELD_OUT))
    looks = {0: _errors(network, held_out)}
    batches = _batches(draw(Stream.DATA), batch)
    for step in _tracked(name, steps, workbench):
        adam.zero_grad()
        _mean_squares(network, next(batches)).sum().backward()  # each seed's own gradient
        adam.step()
        network.settle()
        if step % CHECK == 0 or step == steps:
            looks[step] = _errors(network, held_out)
    known, further = (torch.stack(each) for each in zip(*looks.values(), strict=True))
    return Course(tuple(looks), known, further)


def solved_by_hand(name: str, limit: float, workbench: Workbench) -> bool:
    """Whether the unit has an error below the limit on larger numbers, with weights by hand."""
    network = UNITS[name](_generators(workbench, 1, Stream.WEIGHTS))
    set_by_hand(network)
    _, further = _errors(network, _held_out(_generators(workbench, 1, Stream.HELD_OUT)))
    return bool(further < limit)


def _tracked(name: str, steps: int, workbench: Workbench) -> Iterator[int]:
    """The steps from 1 on, while the command line shows how many chunks are done."""
    for start in workbench.track(name, range(0, steps, CHUNK)):
        yield from range(start + 1, min(start + CHUNK, steps) + 1)


def _generators(workbench: Workbench, seeds: int, stream: Stream) -> list[Generator]:
    return [workbench.generator(stream, seed) for seed in range(seeds)]


def _held_out(draws: list[Generator]) -> tuple[Tensor, Tensor]:
    """(S, N, 4) of the known range and of the one beyond it."""
    each = [[_uniform((HELD_OUT,), range_, g) for range_ in (KNOWN, FURTHER)] for g in draws]
    known, further = (torch.stack(of_range) for of_range in zip(*each, strict=True))
    return known, further


def _batches(draws: list[Generator], batch: int) -> Iterator[Tensor]:
    """(S, B, 4) without end, never the same examples."""
    while True:
        each = [_uniform((CHUNK, batch), KNOWN, draw) for draw in draws]
        yield from torch.stack(each, dim=1)


def _uniform(shape: tuple[int, ...], range_: tuple[float, float], draw: Generator) -> Tensor:
    return torch.empty(*shape, INPUTS).uniform_(*range_, generator=draw)


def _mean_squares(network: Unit, x: Tensor) -> Tensor:
    squares: Tensor = (network(x) - products(x)).square().mean(dim=1)
    return squares


@torch.no_grad()
def _errors(network: Unit, held_out: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    known, further = (_mean_squares(network, x) for x in held_out)
    return known, further
