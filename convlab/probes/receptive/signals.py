"""A recorded forward pass, run on what may be anything instead of on numbers.

A signal remembers what is certain whatever the input and the weights are: zeros, and masks. A
causal mask, for one, adds -inf to what must not be read, and a softmax makes zeros of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from operator import getitem
from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, Node
from torch.fx.node import map_arg
from torch.utils._pytree import tree_leaves, tree_map

from .operations import MOVES, Call
from .stand_ins import stand_in

ANYTHING = 2**0.5  # stands for a number of which nothing is known
MASKED = -1000.0  # what is less comes from a mask, and a softmax makes it 0
KEEPING = {"add", "mul", "div", "where", "_softmax"}  # behind them something is still certain


@dataclass(frozen=True)
class Signal:
    """A tensor that depends on the input, or on chance."""

    known: Tensor  # what is certain of it, ANYTHING elsewhere
    flow: Tensor  # 1 where it can be other than 0; a gradient through it finds the inputs

    @classmethod
    def of(cls, flow: Tensor) -> Signal:
        return cls(torch.full(flow.shape, ANYTHING), flow)


def follow(program: GraphModule, inputs: Sequence[Signal | Tensor]) -> Tensor:
    """The flow of the only output, of signals or tensors as inputs.

    Raises ValueError for an operation that has no rule in `stand_ins`.
    """
    found: dict[Node, Any] = {}
    remaining = iter(inputs)
    for node in program.graph.nodes:
        if node.op == "placeholder":
            found[node] = next(remaining)
        elif node.op == "get_attr":
            found[node] = getattr(program, str(node.target)).detach()
        elif node.op == "output":
            break
        elif node.users:  # those that write a buffer have none
            found[node] = _result(node, *map_arg((node.args, node.kwargs), found.__getitem__))
    (output,) = tree_leaves(map_arg(node.args, found.__getitem__))
    return _output(output)


def _output(result: Any) -> Tensor:
    if isinstance(result, Signal):
        return result.flow
    return torch.ones(result.shape, dtype=torch.float64)


def _result(node: Node, args: Any, kwargs: Any) -> Any:
    """One operation: of signals a signal, or several; of all else what it computes."""
    if node.target is getitem:
        return args[0][args[1]]
    depends = any(isinstance(leaf, Signal) for leaf in tree_leaves((args, kwargs)))
    shapes = [tuple(y.shape) for y in tree_leaves(node.meta["val"]) if isinstance(y, Tensor)]
    known, named = tree_map(_value_of, (args, kwargs))
    call = Call(node.target, known, named, shapes)
    if "empty" in call.name or (call.random and (call.blind or not depends)):
        return Signal.of(torch.ones(shapes[0], dtype=torch.float64))
    if call.blind or not depends:
        return call.run()
    if call.name == "as_strided":
        _check_memory(node, call)
    try:
        signals = _signals(call, *tree_map(_flow, (args, kwargs)))
    except (RuntimeError, IndexError) as error:  # such as an index that is itself a signal
        raise ValueError(f"cannot tell what {call.operation} reads: {error}") from error
    return signals if isinstance(node.meta["val"], tuple | list) else signals[0]


def _check_memory(node: Node, call: Call) -> None:
    """Raise ValueError where memory was not laid out as it is here, element by element."""
    tensor: Any = node.all_input_nodes[0].meta["val"]
    if not tensor.is_contiguous() or call["storage_offset"] is not None:
        raise ValueError(
            "as_strided on a tensor that is not contiguous, or with an offset, reads what is not "
            "known: unfold it, or slice it and make it contiguous first"
        )


def _signals(call: Call, positional: Sequence[Any], named: Mapping[str, Any]) -> list[Signal]:
    """The outputs of a call of what is known, and of the same arguments as flows."""
    certain = _certain(call)
    living = [_alive(values) for values in certain]
    flows = stand_in(Call(call.operation, positional, named, call.shapes, living))
    each = zip(certain, flows, living, strict=False)
    return [Signal(values, _reset(flow, alive)) for values, flow, alive in each]


def _reset(flow: Tensor, alive: Tensor) -> Tensor:
    """Flow and gradient as 0 or 1, whatever was summed up, and 0 where nothing can flow.

    No stand-in has a factor below 0, so that a sum is 0 only where every part of it is.
    """
    unit_flow = flow - flow.detach() + alive
    if unit_flow.requires_grad:
        unit_flow.register_hook(lambda gradient: ((gradient != 0) & alive).double())
    return unit_flow


def _certain(call: Call) -> Sequence[Tensor]:
    """What is known of the outputs."""
    if call.name in MOVES:
        results = call.run()
        return [results] if isinstance(results, Tensor) else list(results)
    if call.name not in KEEPING or call.named:  # add(alpha=-1) could cancel, div could round
        return [torch.full(shape, ANYTHING) for shape in call.shapes]
    if call.name == "where":
        return [_choose(*call.positional)]
    softmax = call.name == "_softmax"
    values = torch.softmax(call["self"], call["dim"]) if softmax else call.run()
    certain = values == 0 if values.is_complex() else (values == 0) | (values < MASKED)
    return [torch.where(certain, values, ANYTHING)]


def _choose(condition: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """By a mask that is certain, else where both choices are the same."""
    if condition.dtype == torch.bool:
        return torch.where(condition, first, second)
    return torch.where(first == second, first, ANYTHING)


def _alive(values: Tensor) -> Tensor:
    return (values != 0) & (values != -inf)


def _value_of(argument: Any) -> Any:
    return argument.known.contiguous() if isinstance(argument, Signal) else argument


def _flow(argument: Any) -> Any:
    """Numbers as flows; masks and indices remain what they are."""
    if isinstance(argument, Signal):
        return argument.flow.contiguous()
    if isinstance(argument, Tensor) and (argument.is_floating_point() or argument.is_complex()):
        return _alive(argument).double()
    return argument
