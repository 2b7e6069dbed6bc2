"""Which inputs of a network its outputs can depend on: exactly, operation by operation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from warnings import catch_warnings

import torch
from torch import Generator, Tensor, nn
from torch.export import default_decompositions
from torch.func import functional_call, functionalize
from torch.fx import GraphModule
from torch.fx.experimental.proxy_tensor import (
    get_proxy_mode,
    get_proxy_slot,
    has_proxy_slot,
    make_fx,
)
from torch.overrides import TorchFunctionMode

from ...cost.trace import LEAVING as NUMBERS_LEAVING
from .signals import Signal, follow


@dataclass(frozen=True)
class Dependence:
    """How the output of a network hangs on its input.

    The operations of one forward pass are recorded, a stand-in of `stand_ins` replaces each, and a
    gradient through all of them, reset to 0 or 1 behind each, arrives wherever there is a path.
    Nothing can vanish, overflow or cancel on its way; and it stops at masks, where 0 · NaN is
    NaN: one put into a pixel would pass a causal attention, and an interpolation too far.
    """

    x: Tensor  # all 1, (N, ...)
    y: Tensor  # 1 where an output can be other than 0; the end of the paths

    @classmethod
    def of(cls, network: nn.Module, x: Tensor) -> Dependence:
        """Follow `network(x)`, in the mode that it is in; it is left as it was.

        Of x only shape and type count. Parameters count as numbers other than 0, whatever they
        are; buffers count as they are. Raises ValueError for an operation that has no rule in
        `stand_ins`, and where the network does not return one tensor.
        """
        state = {label: _random_like(weight) for label, weight in network.named_parameters()}
        state |= {label: _copy(buffer) for label, buffer in network.named_buffers()}
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            recorded = _record(network, state, _copy(x))
        with torch.enable_grad():  # the paths are found by a gradient, wherever this is called
            flow = torch.ones(x.shape, dtype=torch.float64, requires_grad=True)
            return cls(flow, follow(recorded, [Signal.of(flow), *state.values()]))

    def inputs(self, outputs: Tensor) -> Tensor:
        """Those on which any of the chosen outputs can depend: bools, as x, of bools, as y.

        >>> dependence = Dependence.of(nn.Conv1d(1, 1, 3, dilation=2), torch.zeros(1, 1, 7))
        >>> dependence.inputs(torch.tensor([[[True, False, False]]])).int()
        tensor([[[1, 0, 1, 0, 1, 0, 0]]], dtype=torch.int32)
        """
        if not self.y.requires_grad:
            return torch.zeros(self.x.shape, dtype=torch.bool)
        (found,) = torch.autograd.grad(self.y, self.x, outputs.double(), retain_graph=True)
        return found != 0


def _random_like(weight: Tensor) -> Tensor:
    """Other weights, from 1 to 2: none is 0, nor the mean of the others."""
    random = torch.rand(weight.shape, generator=Generator().manual_seed(0)) + 1
    return random.to(weight.dtype)


def _copy(tensor: Tensor) -> Tensor:
    if tensor.is_meta:
        return torch.ones_like(tensor, device="cpu")
    return tensor.detach().cpu().clone()


def _record(network: nn.Module, state: dict[str, Tensor], x: Tensor) -> GraphModule:
    """The operations of a forward pass, of x and the state, none of them in place."""

    def run(x: Tensor, tensors: Sequence[Tensor]) -> Tensor:
        with _NumbersStay(x):
            y = functional_call(network, dict(zip(state, tensors, strict=True)), (x,))
        if not isinstance(y, Tensor):
            raise ValueError(
                f"the network returns a {type(y).__name__}, not one tensor: wrap it in a module "
                "that returns the tensor to look at"
            )
        return y

    tensors = list(state.values())
    simpler: Any = default_decompositions()
    try:
        with _small_operations():
            plain = make_fx(run, decomposition_table=simpler)(x, tensors)
    except RuntimeError as error:
        reasons = [reason for words, reason in UNRECORDED.items() if words in str(error)]
        if not reasons:
            raise
        raise ValueError(reasons[0]) from error
    recorded = make_fx(functionalize(plain))(x, tensors)
    recorded.graph.eliminate_dead_code()
    return recorded


UNRECORDED = {  # what torch says, and what it means here
    "tracing tensor": "the network takes a number out of a tensor, to decide by it or to count "
    "with it, and what it does then is not known: probe its parts, or the network without the "
    "decision",
    "stateless API": "the network is scripted, traced or spread over devices, so that its weights "
    "cannot be replaced: probe the network that it was made from",
}


@contextmanager
def _small_operations() -> Iterator[None]:
    """Without oneDNN, whose recurrent layers are one operation, and which warns of its flags.

    Compiled parts run as they were written.
    """
    as_written = torch._dynamo.config.patch(error_on_nested_fx_trace=False)
    with catch_warnings(action="ignore"), torch.backends.mkldnn.flags(enabled=False), as_written:
        yield


class _NumbersStay(TorchFunctionMode):
    """Refuses to give numbers of x away, or what came of them, where nobody can follow them."""

    def __init__(self, x: Tensor) -> None:
        super().__init__()
        self.x = x

    def __torch_function__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if function in LEAVING and _comes_from(args[0], self.x):
            raise ValueError(
                f"the network takes numbers out of a tensor with `{function.__name__}`, for numpy "
                "or Python, and what is done with them is not seen: compute it with torch, or "
                "probe the part of the network before it"
            )
        return function(*args, **(kwargs or {}))


LEAVING = {*NUMBERS_LEAVING, Tensor.data_ptr, Tensor.untyped_storage, Tensor.storage}


def _comes_from(tensor: Tensor, x: Tensor) -> bool:
    """Whether an operation that is being recorded has made the tensor out of x."""
    mode: Any = get_proxy_mode()
    if not all(has_proxy_slot(each, mode.tracer) for each in (tensor, x)):
        return False
    node, origin = (get_proxy_slot(each, mode.tracer).proxy.node for each in (tensor, x))
    seen, ahead = set(), [node]
    while ahead:
        if (node := ahead.pop()) not in seen:
            seen.add(node)
            ahead.extend(node.all_input_nodes)
    return origin in seen
