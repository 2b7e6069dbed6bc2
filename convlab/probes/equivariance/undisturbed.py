"""Runs a network as if it had not run: its buffers and the random numbers stay as they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

Network = Callable[[Tensor], Tensor]  # a module, or any function of a batch


def undisturbed(network: Network) -> Network:
    """The same function of x, without a trace of its runs.

    A module runs in its mode, on copies of its buffers; every run draws the same random numbers,
    so that dropout in train mode has one mask. Of a function that is no module only the random
    numbers are kept. Raises ValueError where the network does not return one tensor.

        >>> norm = nn.BatchNorm1d(1)
        >>> _ = undisturbed(norm)(torch.ones(2, 1))
        >>> int(norm.num_batches_tracked)
        0
    """

    def run(x: Tensor) -> Tensor:
        with torch.random.fork_rng([x.device] if x.is_cuda else []):
            y = _call(network, x)
        if not isinstance(y, Tensor):
            raise ValueError(
                f"the network returns a {type(y).__name__}, not one tensor: wrap it in a function "
                "that returns the tensor to look at"
            )
        return y

    return run


def _call(network: Network, x: Tensor) -> Any:
    if not isinstance(network, nn.Module):
        return network(x)
    buffers = {name: buffer.clone() for name, buffer in network.named_buffers()}
    return functional_call(network, buffers, (x,))
