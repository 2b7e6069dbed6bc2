"""Train one network per seed: many seeds at once, none at the cost of another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from .. import streams
from ..measure import Sample, Statistic
from ..settings import Training
from ..streams import Batch, Data, Draw, Stream, generator
from .groups import Build as Build  # part of what `fit` takes
from .groups import group_size
from .optimizers import optimizer_and_schedule
from .stacked import Loss as Loss
from .stacked import Program, State, forward_of, join, losses_of, program_of

Watch = Callable[[int, Tensor], None]  # steps of single networks done, their last losses (S,)
PAUSE = 0.05  # seconds between two calls of a watch: one takes as long as a tenth of a small step


@dataclass(frozen=True)
class Networks:
    """One trained network per seed: every tensor of the state has a leading axis S."""

    skeleton: nn.Module
    state: State
    losses: Tensor  # (S, steps), on the CPU
    kept: dict[int, State] = field(default_factory=dict)  # by the number of steps done

    @property
    def diverged(self) -> Tensor:
        """(S,): whether the loss of a seed ceased to be a finite number."""
        return ~self.losses.isfinite().all(dim=1)

    def at(self, step: int) -> Networks:
        """These networks as they were after `step` steps, which `fit` was asked to keep."""
        return Networks(self.skeleton, self.kept[step], self.losses[:, :step])

    def predict(self, x: Tensor, *, own: bool = False, at_once: int = 4096) -> Tensor:
        """(N, ...) -> (S, N, ...): every network sees x, or its `own` x[i] of (S, N, ...)."""
        forward = forward_of(self.skeleton)
        device = next(iter(self.state.values())).device
        parts = torch.split(x, max(1, at_once // len(self.losses)), dim=1 if own else 0)
        with torch.no_grad():
            outputs = [forward(self.state, part.to(device), own).cpu() for part in parts]
        return torch.cat(outputs, dim=1)

    def score(self, metric: Loss, data: Data | Draw, statistic: Statistic = "median") -> Sample:
        """The metric on data that all share, or on a fresh draw for each; NaN if diverged."""
        held_out = streams.draw_all(data, range(len(self.losses)), Stream.HELD_OUT)
        outputs = self.predict(held_out.x, own=held_out.own)
        values = losses_of(metric)(outputs, held_out.y, held_out.own)
        return sample(values.masked_fill(self.diverged, torch.nan), statistic)


def sample(values: Tensor, statistic: Statistic = "median") -> Sample:
    """The Sample of a tensor (S,) with one value per seed."""
    return Sample(tuple(values.double().tolist()), statistic)


def fit(
    build: Build,
    data: Data | Draw,
    loss: Loss,
    *,
    seeds: int,
    training: Training,
    device: str = "cpu",
    keep: Sequence[int] = (),
    watch: Watch | None = None,
) -> Networks:
    """Train `build()` for every seed, on data that all share or on `data(generator)` of its own.

    Seeds are trained in groups, as one tensor program each. The losses of a group are summed,
    not averaged, so that each seed receives exactly the gradient that it would receive alone,
    and the optimizers are elementwise. `keep` names numbers of steps after which the states are
    kept. Raises NotEnoughMemory where the first step alone could not be held.
    """
    with torch.random.fork_rng():
        size = group_size(build, data, training, seeds, device)
        groups = [range(first, min(first + size, seeds)) for first in range(0, seeds, size)]
        return _join(
            [_fit_group(build, data, loss, g, training, device, keep, watch) for g in groups]
        )


def _fit_group(
    build: Build,
    data: Data | Draw,
    loss: Loss,
    group: range,
    training: Training,
    device: str,
    keep: Sequence[int],
    watch: Watch | None,
) -> Networks:
    program = program_of([_initialise(build, seed) for seed in group], loss, device)
    _seed(group.start, Stream.NOISE)
    optimizer, schedule = optimizer_and_schedule(program.tensors, training)
    kept = {0: program.state()} if 0 in keep else {}
    history, due = torch.empty(0), 0.0
    work = streams.batches(data, group, steps=training.steps, batch=training.batch, device=device)
    for step, batch in enumerate(work, start=1):
        losses = _step(program, optimizer, batch)
        schedule.step()
        if step == 1:  # one block, since a tensor per step would break up the memory of the steps
            history = losses.new_empty(training.steps, len(group))
        history[step - 1] = losses
        if step in keep:
            kept[step] = program.state()
        if watch and (step == training.steps or perf_counter() > due):
            due = perf_counter() + PAUSE
            watch(group.start * training.steps + step * len(group), losses)
    return Networks(program.skeleton.eval(), program.state(), history.T.cpu(), kept)


def _step(program: Program, optimizer: Optimizer, batch: Batch) -> Tensor:
    """The losses (S,) before the step."""
    for tensor in program.tensors:
        tensor.grad = None  # first, so that the step may use its memory
    losses = program.losses(batch)
    losses.backward(torch.ones_like(losses))  # of their sum: each seed has its own gradient
    optimizer.step()
    return losses.detach()


def _initialise(build: Build, seed: int) -> nn.Module:
    _seed(seed, Stream.WEIGHTS)
    return build()


def _seed(seed: int, stream: Stream) -> None:
    """Let layers draw from this stream, wherever they are."""
    start = generator(seed, stream).initial_seed()
    if torch.accelerator.is_available():
        torch.manual_seed(start)
    else:  # half the time of a small network's set-up is saved: no other device is to be told
        torch.default_generator.manual_seed(start)


def _join(parts: Sequence[Networks]) -> Networks:
    """The networks of all groups as those of one."""
    return Networks(
        parts[0].skeleton,
        join([part.state for part in parts]),
        torch.cat([part.losses for part in parts]),
        {step: join([part.kept[step] for part in parts]) for step in parts[0].kept},
    )
