"""The parameters and buffers of several networks, stacked on a leading axis of seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import chain

import torch
from torch import Tensor, nn
from torch.func import stack_module_state

State = dict[str, Tensor]  # by the name in the network; every tensor is (S, ...)


def named_tensors(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Its parameters and buffers; one that layers share is named once."""
    return chain(module.named_parameters(), module.named_buffers())


def stack(networks: Sequence[nn.Module], device: str) -> State:
    """The tensors of networks that were built alike, as leaves of the graph."""
    parameters, buffers = stack_module_state(list(networks))
    return {
        name: tensor.detach().to(device).requires_grad_(tensor.requires_grad)
        for name, tensor in chain(parameters.items(), buffers.items())
    }


def skeleton(network: nn.Module) -> nn.Module:
    """The network without its numbers; tensors that its layers share are still shared."""
    return deepcopy(network, {id(tensor): _meta(tensor) for _, tensor in named_tensors(network)})


def copy_of(state: State) -> State:
    return {name: tensor.detach().clone() for name, tensor in state.items()}


def join(states: Sequence[State]) -> State:
    """The states of several groups as that of one."""
    return {name: torch.cat([state[name] for state in states]) for name in states[0]}


def _meta(tensor: Tensor) -> Tensor:
    empty = tensor.detach().to("meta")
    if isinstance(tensor, nn.Parameter):
        return nn.Parameter(empty, requires_grad=tensor.requires_grad)
    return empty


def agree(one: Tensor, other: Tensor, noise: float = 0.0) -> bool:
    """Whether two tensors are equal but for rounding, of terms as large as they or as `noise`."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if not (one.is_floating_point() or one.is_complex()):
        return torch.equal(one, other)
    eps = torch.finfo(one.dtype).eps
    bound = eps**0.5 * largest(other) + 100 * eps * noise
    return torch.allclose(one, other, rtol=0, atol=bound, equal_nan=True)


def largest(tensor: Tensor) -> float:
    """The largest finite size of a number in it."""
    sizes = tensor.detach().abs().double()
    return float(sizes.where(sizes.isfinite(), 0).amax()) if sizes.numel() else 0.0
