"""What trained networks answer: all examples at once, or in parts where that changes nothing.

Answers are a tensor (S, N, ...), or a tuple, list or dictionary of such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.utils._pytree import tree_leaves, tree_map

from ..errors import UsageError
from ..streams import left_as_it_was
from .stacked import State, agree, forward_of, named_tensors

Call = Callable[[Tensor], Any]  # from examples (N, ...), or (S, N, ...) if each seed has its own


def by_all(skeleton: nn.Module, state: State, own: bool) -> Call:
    """Of stacked networks; raises where vmap lacks what their evaluation needs."""
    forward, device = forward_of(skeleton), next(iter(state.values())).device

    def call(x: Tensor) -> Any:
        with torch.no_grad():
            return forward(state, x.to(device), own)

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
    """The answers; x is cut only where no example changes the answer to another.

    They lie where the networks are, or on the CPU if x was cut: there is room for all of them.
    """
    if x.shape[own] <= at_once or _examples_meet(call, x, int(own)):
        return call(x)
    return join([on_cpu(call(part)) for part in x.split(at_once, dim=int(own))], axis=1)


def join(answers: Iterable[Any], axis: int) -> Any:
    """Those of more seeds (axis 0), or to more examples (axis 1).

    Raises UsageError for what is no tensor, unless it is plain and the same for all.
    """
    return tree_map(lambda *leaves: _joined(leaves, axis), *answers)


def _joined(leaves: Sequence[Any], axis: int) -> Any:
    first = leaves[0]
    if all(_holds(leaf) for leaf in leaves):
        return torch.cat(list(leaves), axis)
    if isinstance(first, bool | int | float | str | None) and all(x == first for x in leaves):
        return first
    raise UsageError(
        f"the networks of `fit` answer with what is no tensor ({type(first).__name__}), and "
        "`predict` cannot stack that: let them answer with tensors, or ask `score`"
    )


def _examples_meet(call: Call, x: Tensor, axis: int) -> bool:
    """Whether the first or the last example has another answer when the other is there.

    Both, as the largest number of a batch is that of one of them. What is drawn differs, too.
    """
    ends = torch.tensor([0, x.shape[axis] - 1], device=x.device)
    try:
        with left_as_it_was():
            each = join([call(x.index_select(axis, end)) for end in ends[:, None]], axis=1)
            both = call(x.index_select(axis, ends))
    except Exception:  # as of a norm over the batch, which one example has not
        return True
    return not all(
        _holds(a) and a.ndim > 1 and agree(b, a)
        for a, b in zip(tree_leaves(each), tree_leaves(both), strict=True)
    )


def on_cpu(answers: Any) -> Any:
    """The same answers, with every tensor on the CPU."""
    return tree_map(lambda leaf: leaf.cpu() if _holds(leaf) else leaf, answers)


def _holds(leaf: object) -> bool:
    return isinstance(leaf, Tensor)


def _is(one: Tensor, other: Tensor) -> bool:
    """Whether both are the same numbers in memory."""
    return one.dtype == other.dtype and one.data_ptr() == other.data_ptr() and not other.is_meta
