"""How a network runs while it is counted: in which mode, and by operations that can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import torch
from torch import nn


@contextmanager
def in_mode(network: nn.Module, train: bool) -> Iterator[None]:
    """In eval or train mode; one that is in it already, some layers perhaps frozen, stays so."""
    modes = {layer: layer.training for layer in network.modules()}
    try:
        set_mode(network, train)
        yield
    finally:
        for layer, mode in modes.items():
            layer.training = mode


def set_mode(network: nn.Module, train: bool) -> None:
    """To eval or train mode, but for an exported network, which has only one."""
    if network.training != train:
        with suppress(NotImplementedError):
            network.train(train)


@contextmanager
def plain_operations() -> Iterator[None]:
    """Without compiled code, nor the fast path of attention: their parts cannot be seen."""
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with torch.compiler.set_stance("force_eager"):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
