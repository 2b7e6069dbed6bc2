"""Whether networks may be trained as one program: the rules by which that is found out.

Each rule gives a reason why not, or nothing. Wherever vmap takes part, the first step of two
networks is compared with a plain step of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module as nn_module
from torch.utils._python_dispatch import TorchDispatchMode

from ..streams import Batch, Data, random_state
from .alone import program_of_one
from .attributes import description, difference, digest, has_hooks, own_description
from .stacked import (
    Loss,
    Program,
    agree,
    has_form,
    largest,
    layers_by_vmap,
    named_tensors,
    program_of,
)

HOOKS = "forward_hooks", "forward_pre_hooks", "backward_hooks", "backward_pre_hooks"
BY_ROW = "scale_grad_by_freq", "sparse"  # of embeddings: vmap forgets these in the gradient
PLAIN = Tensor, nn.Parameter
GRADIENT = "the gradient of "
LONGEST = 120  # characters of an error in a note


def why_alone(networks: Sequence[nn.Module], loss: Loss, batch: Batch, few: Data) -> str:
    """Why networks are to be trained one after another, or nothing.

    `batch` is the first of two seeds, `few` are a few examples of the first. Raises whatever
    hinders a rule, which is a reason too.
    """
    return (
        _hooked(networks[0])
        or _unusual(networks[0])
        or _unlike(networks)  # hooks and shared memory included
        or _more_than_numbers(networks[0], loss, few)
        or _answers_change(networks[0], few)
        or _otherwise(networks[:2], loss, batch)
    )


def _hooked(network: nn.Module) -> str:
    if nn_module._has_any_global_hook():
        return "there are hooks on all modules"
    for path, module in network.named_modules():
        if any(getattr(module, f"_{kind}", None) for kind in HOOKS):
            return f"{f'layer `{path}`' if path else 'the network'} has a hook"
    hooked = (name for name, tensor in named_tensors(network) if has_hooks(tensor))
    return next((f"`{name}` has a hook on its gradient" for name in hooked), "")


def _unusual(network: nn.Module) -> str:
    """Stacked tensors are plain, and each has its own memory."""
    owners: dict[int, str] = {}
    for name, tensor in named_tensors(network):
        if type(tensor) not in PLAIN:
            return f"`{name}` is a tensor of a kind of its own, {type(tensor).__name__}"
        place = tensor.untyped_storage().data_ptr()
        if place and owners.setdefault(place, name) != name:
            return f"`{name}` shares the memory of `{owners[place]}`"
    return ""


def _unlike(networks: Sequence[nn.Module]) -> str:
    first = own_description(networks[0])
    for other in networks[1:]:
        if name := difference(first, own_description(other)):
            return f"`{name}` differs between seeds"
    return ""


def _more_than_numbers(network: nn.Module, loss: Loss, few: Data) -> str:
    """A step may change the numbers of a network, and nothing else."""
    network, loss = deepcopy(network), deepcopy(loss)
    before = description(network), digest(loss), random_state()
    x, y = few.x.clone(), few.y.clone()
    with _Operations() as operations:
        loss(network(x), y).backward()
    network.zero_grad()
    if random_state() != before[2]:
        return "they draw random numbers in training"
    if name := difference(before[0], description(network)):
        return f"a step changes the attribute `{name}`"
    if digest(loss) != before[1]:
        return "a step changes the loss"
    if x._version or y._version:
        return "they change their input"
    return str(operations.by_row)


def _answers_change(network: nn.Module, few: Data) -> str:
    """An answer may change nothing at all; that of known layers does not."""
    if not layers_by_vmap(network):
        return ""
    network, x = deepcopy(network).eval(), few.x.clone()
    tensors = dict(named_tensors(network))
    before = description(network), digest(tensors), random_state()
    with suppress(RuntimeError), torch.no_grad():  # it may take a gradient itself
        network(x)
    if random_state() != before[2]:
        return "they draw random numbers when they answer"
    if name := difference(before[0], description(network)):
        return f"an answer changes the attribute `{name}`"
    if digest(tensors) != before[1]:
        return "an answer changes their numbers"
    return "they change their input when they answer" if x._version else ""


def _otherwise(networks: Sequence[nn.Module], loss: Loss, batch: Batch) -> str:
    """Where vmap takes part, the first step of each is to be as it is alone."""
    if not layers_by_vmap(networks[0]) and has_form(loss):
        return ""
    device = str(batch.x.device)
    stacked = _step(program_of(networks, loss, device), batch)
    for seed, network in enumerate(networks):
        own = (
            Batch(batch.x[seed : seed + 1], batch.y[seed : seed + 1], True) if batch.own else batch
        )
        alone = _step(program_of_one(deepcopy(network), loss, device), own)
        if alone.keys() != stacked.keys():
            return "stacked, other weights have a gradient"
        noise = max(largest(tensor) for name, tensor in alone.items() if GRADIENT in name)
        for name, tensor in alone.items():
            if not agree(stacked[name][seed : seed + 1], tensor, noise if GRADIENT in name else 0):
                return f"stacked, {name} of the first step is another"
    return ""


def _step(program: Program, batch: Batch) -> dict[str, Tensor]:
    """The loss, gradients, weights and buffers of a step, (S, ...) each."""
    losses = program.losses(batch)
    losses.backward(torch.ones_like(losses))
    state = program.state()
    gradients = {
        GRADIENT + name: tensor.grad.reshape(state[name].shape)
        for name, tensor in zip(state, program.tensors, strict=True)
        if tensor.grad is not None
    }
    return {"the loss": losses.detach()} | gradients | state


class _Operations(TorchDispatchMode):
    """Looks for an operation that treats some rows in a way of their own."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.by_row = ""

    def __torch_dispatch__(
        self, function: Any, types: Any, arguments: Any = (), keywords: Any = None
    ) -> Any:
        names = [argument.name for argument in function._schema.arguments]
        given = dict(zip(names, arguments, strict=False)) | (keywords or {})
        if given.get("padding_idx", -1) >= 0 or any(given.get(name) for name in BY_ROW):
            self.by_row = f"`{function._schema.name}` treats some rows in a way of their own"
        return function(*arguments, **(keywords or {}))


def in_a_line(error: Exception) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
