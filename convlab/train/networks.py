"""Trained networks, one per seed: what they answer, and how well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves, tree_map

from ..errors import UsageError
from ..measure import Sample, Statistic, Varies
from ..streams import Data, Draw, Stream, draw_each, left_as_it_was, seed_all
from .answers import by_all, by_one, in_parts, on_cpu
from .answers import join as join_answers
from .stacked import Loss, State, join, named_tensors

AT_ONCE = 4096  # examples, of one network or of several together
ONLY_NUMBERS = "what the networks keep beside their numbers is that after all steps"
LARGEST = torch.finfo(torch.float32).max ** 0.5  # of weights whose square is still a float32


@dataclass(frozen=True)
class Networks:
    """One trained network per seed: every tensor of the state has a leading axis S.

    `alone` holds the networks themselves where they were trained one after another, else nothing.
    If their tensors differ in shape, there is no state. `notes` say what a reader should know.
    """

    skeleton: nn.Module
    state: State
    losses: Tensor  # (S, steps), on the CPU
    kept: dict[int, State] = field(default_factory=dict)  # by the number of steps done
    alone: tuple[nn.Module, ...] = ()
    kept_alone: dict[int, tuple[nn.Module, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    first_seed: int = 0
    varies: Varies = ""  # what differs between the seeds

    def __repr__(self) -> str:
        steps = self.losses.shape[1]
        last = f", last loss {sample(self.losses[:, -1])}" if steps else ""
        return f"<Networks: {len(self.losses)} seeds, {steps} steps{last}>"

    @property
    def seeds(self) -> range:
        return range(self.first_seed, self.first_seed + len(self.losses))

    @property
    def diverged(self) -> Tensor:
        """(S,): whether a loss or a trained weight ceased to be a number of ordinary size.

        That is a loss that is no finite float32, or a weight whose square is none.
        """
        sound = self.losses.float().isfinite().all(dim=1)
        for name, parameter in self.skeleton.named_parameters():
            if parameter.requires_grad and name in self.state:
                sound &= _are_ordinary(self.state[name])
        if self.alone and not self.state:
            sound &= torch.stack([_is_ordinary(network) for network in self.alone])
        return ~sound

    def at(self, step: int) -> Networks:
        """These networks as they were after `step` steps, which `fit` was asked to keep."""
        if step not in self.kept:
            raise UsageError(f"`fit` did not keep step {step}: ask for it with `keep=[{step}]`")
        kept, alone, notes = self.kept[step], self.kept_alone.get(step, ()), self.notes
        if self.alone and not alone:  # they could not be copied
            alone, notes = self.alone, (*notes, f"step {step}: {ONLY_NUMBERS}")
        if not kept and alone is self.alone:
            raise UsageError(f"`fit` could not keep step {step}: these networks cannot be copied")
        return replace(self, state=kept, alone=alone, losses=self.losses[:, :step], notes=notes)

    def predict(self, x: Tensor, *, own: bool = False, at_once: int = AT_ONCE) -> Tensor:
        """(N, ...) -> (S, N, ...): every network sees x, or its `own` x[i] of (S, N, ...).

        Networks that answer with tuples or dictionaries of tensors give one of (S, N, ...). More
        than `at_once` examples are cut in parts where no example changes the answer to another.
        Raises UsageError where answers differ in shape.
        """
        self._check(x, own, at_once)
        groups = [on_cpu(group) for group in self._groups(x, own, at_once)]
        try:
            answers: Tensor = join_answers(groups, axis=0)
            return answers
        except (RuntimeError, ValueError):
            raise UsageError(
                "the networks of `fit` answer in different shapes, which `predict` cannot stack: "
                "let `build` make networks with answers of one shape"
            ) from None

    def _check(self, x: Tensor, own: bool, at_once: int) -> None:
        if not isinstance(x, Tensor) or x.ndim <= own:
            raise UsageError(f"`predict` takes a tensor of examples (N, ...), not {x!r:.60}")
        if own and len(x) != len(self.losses):
            raise UsageError(
                f"`predict` has {len(self.losses)} networks and an `own` x for {len(x)}: "
                "give an x of the shape (S, N, ...)"
            )
        if at_once < 1:
            raise UsageError(f"`predict` answers at least one example at once, not {at_once}")

    def score(
        self, metric: Loss, data: Data | Draw | Sequence[Data], statistic: Statistic = "median"
    ) -> Sample:
        """The metric on data that all share, on a fresh draw for each, or on those of each.

        NaN if diverged. It is computed where the networks are, or on the CPU if it cannot be
        there, as by numpy. Raises UsageError where the metric is not one number.
        """
        held_out = self._held_out(data)
        answers = self._answers(held_out, shared=isinstance(data, Data))
        each = [_scored(metric, a, d.y) for a, d in zip(answers, held_out, strict=True)]
        varies: Varies = self.varies if isinstance(data, Data) else "weights and data"
        return sample(torch.stack(each).masked_fill(self.diverged, torch.nan), statistic, varies)

    def _held_out(self, data: Data | Draw | Sequence[Data]) -> Sequence[Data]:
        if isinstance(data, Data) or not isinstance(data, Sequence):
            return draw_each(data, self.seeds, Stream.HELD_OUT)
        if len(data) != len(self.losses):
            raise UsageError(
                f"`score` has {len(self.losses)} networks and data for {len(data)}: give Data for "
                "each of them, one that all share, or a function that draws it"
            )
        return data

    def _answers(self, data: Sequence[Data], *, shared: bool) -> Iterator[Any]:
        """The answers (N, ...) of each network to its data."""
        if shared or len({each.x.shape for each in data}) == 1:
            x = data[0].x if shared else torch.stack([each.x for each in data])
            for group in self._groups(x, not shared, AT_ONCE):
                yield from _by_seed(group)
        else:
            for seed, each in enumerate(data):
                for group in self._group(range(seed, seed + 1), each.x, False, AT_ONCE):
                    yield from _by_seed(group)

    def _groups(self, x: Tensor, own: bool, at_once: int) -> Iterator[Any]:
        """The answers (S, N, ...), by as many seeds at once as suit the number of examples."""
        size = 1 if self.alone else max(1, at_once // max(1, x.shape[own]))
        for seeds in torch.arange(len(self.losses)).split(size):
            group = range(int(seeds[0]), int(seeds[-1]) + 1)
            yield from self._group(group, x[group.start : group.stop] if own else x, own, at_once)

    def _group(self, seeds: range, x: Tensor, own: bool, at_once: int) -> list[Any]:
        """The answers of these seeds: together, or one after another where vmap cannot."""
        if not self.alone:
            state = {n: tensor[seeds.start : seeds.stop] for n, tensor in self.state.items()}
            try:
                return [in_parts(by_all(self.skeleton, state, own), x, own, at_once)]
            except Exception:  # a call of each by itself knows it, or says what is wrong
                pass
        each = [x[i : i + 1] if own else x for i in range(len(seeds))]
        return [self._one(s, part, own, at_once) for s, part in zip(seeds, each, strict=True)]

    def _one(self, seed: int, x: Tensor, own: bool, at_once: int) -> Any:
        state = {name: tensor[seed] for name, tensor in self.state.items()}
        network = self.alone[seed] if self.alone else self.skeleton
        with left_as_it_was():
            seed_all(self.seeds[seed], Stream.NOISE)  # some draw when they answer, too
            return in_parts(by_one(network, state, own), x, own, at_once)


def joined(parts: Sequence[Networks]) -> Networks:
    """The networks of several groups as those of one."""
    alone = tuple(network for part in parts for network in part.alone)
    steps = parts[0].kept
    kept_alone = {step: tuple(n for p in parts for n in p.kept_alone[step]) for step in steps}
    return Networks(
        parts[0].skeleton,
        _joined_state([part.state for part in parts], alone),
        torch.cat([part.losses for part in parts]),
        {step: _joined_state([p.kept[step] for p in parts], kept_alone[step]) for step in steps},
        alone,
        kept_alone,
        first_seed=parts[0].first_seed,
        varies=parts[0].varies,
    )


def _joined_state(states: Sequence[State], alone: Sequence[nn.Module]) -> State:
    """One state, in whose memory the networks themselves are then, or none if they differ."""
    shapes = [{name: (t.shape[1:], t.dtype) for name, t in state.items()} for state in states]
    if any(shape != shapes[0] for shape in shapes):
        return {}
    state = join(states)
    for seed, network in enumerate(alone):
        for name, tensor in named_tensors(network):
            tensor.data, tensor.grad = state[name][seed], None
    return state


def sample(values: Tensor, statistic: Statistic = "median", varies: Varies = "") -> Sample:
    """The Sample of a tensor (S,) with one value per seed, and what differs between the seeds."""
    return Sample(tuple(values.double().tolist()), statistic, varies)


def _by_seed(answers: Any) -> Iterator[Any]:
    """The answers (N, ...) of each seed among (S, N, ...)."""
    lengths = [len(leaf) for leaf in tree_leaves(answers) if isinstance(leaf, Tensor)]
    seeds = max(lengths, default=1)  # what is no tensor is an answer of one
    for seed in range(seeds):
        yield tree_map(lambda leaf: leaf[seed] if isinstance(leaf, Tensor) else leaf, answers)  # noqa: B023


def _are_ordinary(weights: Tensor) -> Tensor:
    ordinary: Tensor = (weights.reshape(len(weights), -1).abs() <= LARGEST).all(dim=1)
    return ordinary.cpu()


def _is_ordinary(network: nn.Module) -> Tensor:
    trained = [p for p in network.parameters() if p.requires_grad]
    return torch.stack([_are_ordinary(p.detach()[None])[0] for p in trained]).all()


def _scored(metric: Loss, answer: Any, y: Tensor) -> Tensor:
    """The metric of one network, where its answer is; on the CPU where it raises elsewhere."""
    devices = {leaf.device for leaf in tree_leaves(answer) if isinstance(leaf, Tensor)}
    elsewhere = [device for device in devices if device.type != y.device.type]
    for device in elsewhere:
        with suppress(TypeError, RuntimeError):
            return _number(metric(answer, y.to(device)))
    return _number(metric(on_cpu(answer) if elsewhere else answer, y.clone()))


def _number(value: Any) -> Tensor:
    try:
        number = torch.as_tensor(value).detach().cpu()
    except (TypeError, ValueError, RuntimeError):
        number, what = torch.empty(0), f"{value!r:.40}"
    else:
        what = (
            f"complex {tuple(number.shape)}" if number.is_complex() else str(tuple(number.shape))
        )
    if number.numel() != 1 or number.is_complex():
        raise UsageError(
            f"the metric of `score` gives {what} for one network: let it return one number"
        )
    return number.reshape(()).double()
