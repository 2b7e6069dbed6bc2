"""Functions as networks, for tests of what networks read."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn


class Of(nn.Module):
    """Any function of a tensor, and of the modules that it calls."""

    def __init__(self, function: Callable[..., Tensor], *parts: nn.Module) -> None:
        super().__init__()
        self.function, self.parts = function, nn.ModuleList(parts)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x, *self.parts)


def branches(*parts: nn.Module) -> nn.Module:
    return Of(lambda x, *each: torch.stack([part(x) for part in each]).sum(0), *parts)
