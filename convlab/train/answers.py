"""What trained networks answer: all examples at once, or in parts where that changes nothing.

Answers are a tensor (S, N, ...), or a tuple, list or dictionary of such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.utils._pytree import tree_leaves, tree_map

from .stacked import State, agree, forward_of, named_tensors

Call = Callable[[Tensor], Any]  # from examples (N, ...), or (S, N, ...) if each seed has its own


def by_all(skeleton: nn.Module, state: State, own: bool) -> Call:
    """Of stacked networks; of one after another where vmap lacks what their evaluation needs."""
    forward, some = forward_of(skeleton), next(iter(state.values()))
    device, seeds = some.device, range(len(some))
    states = [{name: tensor[seed] for name, tensor in state.items()} for seed in seeds]

    def call(x: Tensor) -> Any:
        try:
            with torch.no_grad():
                return forward(state, x.to(device), own)
        except Exception:
            each = [by_one(skeleton, one, own) for one in states]
            return join([c(x[i : i + 1] if own else x) for i, c in enumerate(each)], axis=0)

    return call


def by_one(network: nn.Module, state: State, own: bool) -> Call:
    """Of one network (S = 1), with this state (...) in the place of its own."""
    tensors = dict(named_tensors(network))
    if all(_is(tensor, tensors[name]) for name, tensor in state.items()):
        state = {}
    device = next(iter((state or tensors).values())).device

    def answer(x: Tensor) -> Any:
        x = x.to(device).clone()  # which the network may change
        return functional_call(network, state, (x,)) if state else network(x)

    def call(x: Tensor) -> Any:
        x = x[0] if own else x
        try:
            with torch.no_grad():
                answered = answer(x)
        except RuntimeError:  # it takes a gradient itself
            answered = answer(x)
        return tree_map(lambda leaf: leaf.detach()[None] if _holds(leaf) else leaf, answered)

    return call


def in_parts(call: Call, x: Tensor, own: bool, at_once: int) -> Any:
    """The answers, on the CPU; x is cut only where no example changes the answer to another."""
    if x.shape[own] <= at_once or _examples_meet(call, x, int(own)):
        return _on_cpu(call(x))
    return join([_on_cpu(call(part)) for part in x.split(at_once, dim=int(own))], axis=1)


def join(answers: Iterable[Any], axis: int) -> Any:
    """Those of more seeds (axis 0), or to more examples (axis 1)."""
    return tree_map(lambda *all_: torch.cat(all_, axis) if _holds(all_[0]) else all_[0], *answers)


def _examples_meet(call: Call, x: Tensor, axis: int) -> bool:
    """Whether the first example has another answer when a second one is there."""
    try:
        one, two = (tree_leaves(call(x.narrow(axis, 0, few))) for few in (1, 2))
    except Exception:  # as of a norm over the batch, which one example has not
        return True
    return not all(
        _holds(a) and a.ndim > 1 and b.ndim > 1 and agree(b[:, :1], a)
        for a, b in zip(one, two, strict=True)
    )


def _on_cpu(answers: Any) -> Any:
    return tree_map(lambda leaf: leaf.cpu() if _holds(leaf) else leaf, answers)


def _holds(leaf: object) -> bool:
    return isinstance(leaf, Tensor)


def _is(one: Tensor, other: Tensor) -> bool:
    """Whether both are the same numbers in memory."""
    return one.dtype == other.dtype and one.data_ptr() == other.data_ptr() and not other.is_meta
