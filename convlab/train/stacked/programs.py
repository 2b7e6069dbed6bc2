"""Something to train, step by step: many networks stacked as one program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import partial

from torch import Tensor, nn

from ...streams import Batch
from .losses import Loss, losses_of
from .network import forward_of
from .states import State, copy_of, named_tensors, skeleton, stack


@dataclass(frozen=True)
class Program:
    """What is trained, and the losses (S,) of a batch; nothing couples one seed with another."""

    skeleton: nn.Module  # what the networks have in common, on the meta device; or the only one
    tensors: Sequence[Tensor]  # all of the state
    parameters: Sequence[Tensor]  # those among them that an optimizer is given
    losses: Callable[[Batch], Tensor]
    state: Callable[[], State]  # a copy of what the tensors are by now, (S, ...)
    alone: tuple[nn.Module, ...] = ()  # the only network, if nothing is stacked

    def put_back(self, state: State) -> None:
        """Give the tensors the numbers of such a copy; RuntimeError where it is of others."""
        now: Sequence[Tensor] = self.tensors
        if self.alone:  # it may have put others in their place since
            now = [tensor[None] for _, tensor in named_tensors(self.alone[0])]
        if [tensor.shape for tensor in now] != [kept.shape for kept in state.values()]:
            raise RuntimeError("that is the state of other networks")
        for tensor, kept in zip(now, state.values(), strict=True):
            tensor.detach().copy_(kept)

    def now(self) -> tuple[State, tuple[nn.Module, ...]]:
        """What is trained as it is by now, to be kept."""
        try:
            return self.state(), tuple(deepcopy(network).eval() for network in self.alone)
        except Exception:  # some cannot be copied, and what they keep beside numbers is lost
            return self.state(), ()


def program_of(networks: Sequence[nn.Module], loss: Loss, device: str) -> Program:
    """The program of networks that were built alike; they themselves are left as they are."""
    common, state = skeleton(networks[0]), stack(networks, device)
    forward, of_outputs = forward_of(common), losses_of(loss)

    def losses(batch: Batch) -> Tensor:
        return of_outputs(forward(state, batch.x, batch.own), batch.y, batch.own)

    parameters = [state[name] for name, p in networks[0].named_parameters() if p.requires_grad]
    return Program(common, list(state.values()), parameters, losses, partial(copy_of, state))
