"""How many bytes of tensors a computation needs: kept for the backward pass, and at its peak."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import torch
from torch import Tensor, UntypedStorage, nn
from torch.func import functional_call
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


def saved_bytes(network: nn.Module, x: Tensor) -> int:
    """Bytes that `network(x)` keeps for the backward pass beyond its state and x itself.

    What autograd saves, each storage counted once and whole; parameters, buffers and x are there
    anyway. A tensor that an operation hides from autograd is not seen. The pass leaves buffers
    and random numbers as they were; on the meta device it allocates nothing.

        >>> saved_bytes(nn.Sequential(nn.Linear(3, 5), nn.ReLU()), torch.zeros(2, 3))
        40
    """
    handles: WeakSet[_SavedTensor] = WeakSet()

    def pack(tensor: Tensor) -> _SavedTensor:
        handle = _SavedTensor(tensor.detach())  # a result would hold the graph that holds it
        handles.add(handle)
        return handle

    with (
        _own_buffers(network, x) as buffers,
        torch.autograd.graph.saved_tensors_hooks(pack, lambda handle: handle.tensor),
    ):
        output = functional_call(network, buffers, (x,))
    present = {t.untyped_storage() for t in [*network.parameters(), *buffers.values(), x]}
    saved = {handle.tensor.untyped_storage() for handle in handles} - present
    del output  # only now: the graph behind it is what holds the tensors
    return sum(storage.nbytes() for storage in saved)


def training_peak_bytes(network: nn.Module, x: Tensor) -> int:
    """The most bytes that a forward and a backward pass hold at once beyond the state and x.

    All gradients of parameters are in it, and one of the output to begin with; see `peak_bytes`.
    Leaves gradients, buffers and random numbers as they were.

        >>> training_peak_bytes(nn.Linear(3, 5, bias=False), torch.zeros(2, 3))  # y, dy and dw
        140
    """
    with _own_buffers(network, x) as buffers:
        return peak_bytes(lambda: differentiate(network, functional_call(network, buffers, (x,))))


def differentiate(network: nn.Module, output: Any) -> tuple[Tensor | None, ...]:
    """The gradients of parameters from a gradient of 1 of every number that the network returns.

    None stands for a parameter that no output depends on; there are none where none is trained.
    """
    ends = [leaf for leaf in tree_leaves(output) if getattr(leaf, "requires_grad", False)]
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    if not ends or not trained:
        return ()
    ones = [torch.ones_like(end) for end in ends]
    return torch.autograd.grad(ends, trained, ones, allow_unused=True)


def peak_bytes(function: Callable[[], object]) -> int:
    """The most bytes that tensors made by `function()` hold at once, above those there before.

    Sees the storage of every tensor that an operation of torch makes or drops, forward and
    backward, on any device; on the meta device it says what a run would need that does not fit.
    Does not see scratch memory inside one operation, nor what numpy or Python allocate.

        >>> x = torch.zeros(1000)
        >>> peak_bytes(lambda: (x + 1).add(1).add(1))  # the sum before, and the new one
        8000
    """
    watch = _Watch()
    with watch:
        function()
    return watch.peak


@contextmanager
def _own_buffers(network: nn.Module, x: Tensor) -> Iterator[dict[str, Tensor]]:
    """Copies of the buffers for a pass with gradients, and random numbers that are put back."""
    devices = [x.device] if x.is_cuda else []
    with torch.enable_grad(), torch.random.fork_rng(devices):
        yield {name: buffer.clone() for name, buffer in network.named_buffers()}


@dataclass(frozen=True, eq=False)
class _SavedTensor:
    """Held by the graph alone: it is gone as soon as nothing can be differentiated with it."""

    tensor: Tensor


class _Watch(TorchDispatchMode):
    """Follows the storages of all tensors that come out of an operation."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.earlier: WeakSet[UntypedStorage] = WeakSet()
        self.sizes: WeakKeyDictionary[UntypedStorage, int] = WeakKeyDictionary()
        self.peak = 0

    def __torch_dispatch__(
        self, operation: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        for storage in _storages((args, kwargs)):
            if storage not in self.sizes:  # an input that no operation made was there before
                self.earlier.add(storage)
        output = operation(*args, **(kwargs or {}))
        for storage in _storages(output):
            if storage not in self.earlier:
                self.sizes[storage] = storage.nbytes()
        self.peak = max(self.peak, sum(self.sizes.values()))
        return output


def _storages(tree: Any) -> Iterator[UntypedStorage]:
    return (leaf.untyped_storage() for leaf in tree_leaves(tree) if isinstance(leaf, Tensor))
