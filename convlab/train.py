"""Train one network per seed: many seeds at once, none at the cost of another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from . import streams
from .grouping import Build as Build  # part of what `fit` takes
from .grouping import group_size
from .measure import Sample, Statistic
from .optimizers import optimizer_and_schedule
from .settings import Training
from .streams import Batch, Data, Draw, Stream, generator

State = dict[str, Tensor]
Loss = Callable[[Tensor, Tensor], Tensor]
Watch = Callable[[int, Tensor], None]  # steps of single networks done, their last losses (S,)


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
        forward = vmap(partial(_call, self.skeleton), in_dims=(0, 0 if own else None))
        device = next(iter(self.state.values())).device
        parts = torch.split(x, max(1, at_once // len(self.losses)), dim=1 if own else 0)
        with torch.no_grad():
            outputs = [forward(self.state, part.to(device)).cpu() for part in parts]
        return torch.cat(outputs, dim=1)

    def score(self, metric: Loss, data: Data | Draw, statistic: Statistic = "median") -> Sample:
        """The metric on data that all share, or on a fresh draw for each; NaN if diverged."""
        held_out = streams.drawn(data, range(len(self.losses)), Stream.HELD_OUT)
        outputs = self.predict(held_out.x, own=held_out.own)
        values = vmap(metric, in_dims=(0, 0 if held_out.own else None))(outputs, held_out.y)
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
        size = group_size(build, data, training, seeds)
        groups = [range(first, min(first + size, seeds)) for first in range(0, seeds, size)]
        return _joined(
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
    skeleton, state = _initialise(build, group, device)
    torch.manual_seed(generator(group.start, Stream.NOISE).initial_seed())
    losses_of = partial(_losses_alone if len(group) == 1 else _losses, skeleton, loss)
    optimizer, schedule = optimizer_and_schedule(state.values(), training)
    history: list[Tensor] = []
    kept = {0: _copy(state)} if 0 in keep else {}
    work = streams.batches(data, group, steps=training.steps, batch=training.batch, device=device)
    for step, batch in enumerate(work, start=1):
        losses = losses_of(state, batch)
        optimizer.zero_grad()
        losses.sum().backward()
        optimizer.step()
        schedule.step()
        history.append(losses.detach())
        if step in keep:
            kept[step] = _copy(state)
        if watch:
            watch(group.start * training.steps + step * len(group), history[-1])
    return Networks(skeleton.eval(), _copy(state), torch.stack(history, dim=1).cpu(), kept)


def _losses(skeleton: nn.Module, loss: Loss, state: State, batch: Batch) -> Tensor:
    """The losses (S,) of stacked networks."""

    def of_one(state: State, x: Tensor, y: Tensor) -> Tensor:
        return loss(_call(skeleton, state, x), y)

    axis = 0 if batch.own else None
    return vmap(of_one, in_dims=(0, axis, axis))(state, batch.x, batch.y)


def _losses_alone(skeleton: nn.Module, loss: Loss, state: State, batch: Batch) -> Tensor:
    """The loss (1,) of the only network: the plain step, without vmap and what it costs."""
    own = {name: tensor.squeeze(0) for name, tensor in state.items()}
    x, y = (batch.x.squeeze(0), batch.y.squeeze(0)) if batch.own else (batch.x, batch.y)
    return loss(_call(skeleton, own, x), y)[None]


def _call(skeleton: nn.Module, state: State, x: Tensor) -> Tensor:
    output: Tensor = functional_call(skeleton, state, (x,))
    return output


def _initialise(build: Build, group: range, device: str) -> tuple[nn.Module, State]:
    networks = []
    for seed in group:
        torch.manual_seed(generator(seed, Stream.WEIGHTS).initial_seed())
        networks.append(build())
    parameters, buffers = stack_module_state(networks)
    state = {
        name: tensor.detach().to(device).requires_grad_(tensor.requires_grad)
        for name, tensor in (parameters | buffers).items()
    }
    return deepcopy(networks[0]).to("meta").train(), state


def _copy(state: State) -> State:
    return {name: tensor.detach().clone() for name, tensor in state.items()}


def _joined(parts: Sequence[Networks]) -> Networks:
    """The networks of all groups as those of one."""

    def joined(states: Sequence[State]) -> State:
        return {name: torch.cat([state[name] for state in states]) for name in states[0]}

    return Networks(
        parts[0].skeleton,
        joined([part.state for part in parts]),
        torch.cat([part.losses for part in parts]),
        {step: joined([part.kept[step] for part in parts]) for step in parts[0].kept},
    )
