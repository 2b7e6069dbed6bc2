"""Random convolutional networks and images, for tests of what follows a moved image."""

from __future__ import annotations

from itertools import product
from typing import Any

import torch
from torch import Generator, Tensor, nn

from convlab.probes.exact import exact

SHIFTS = list(product((-7, -4, -1, 0, 1, 2, 3, 4, 8), (-3, 0, 1, 4)))
CONVOLUTIONS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}


def images(side: int = 16, channels: int = 1, axes: int = 2) -> Tensor:
    drawn = torch.randn(3, channels, *[side] * axes, generator=Generator().manual_seed(0))
    return drawn.double()


def network(padding: str, *strides: int, taps: int = 3, axes: int = 2) -> nn.Sequential:
    """Random convolutions with ReLUs between them, one for each stride; "valid" pads nothing."""
    pad, mode = (0, "zeros") if padding == "valid" else (taps // 2, padding)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        layers: list[nn.Module] = []
        for stride in strides:
            width = 3 if layers else 1
            options: dict[str, Any] = {
                "padding": pad,
                "padding_mode": mode,
                "dtype": torch.float64,
            }
            layers += [CONVOLUTIONS[axes](width, 3, taps, stride, **options), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def rounded(layers: nn.Sequential) -> nn.Sequential:
    layers.load_state_dict(exact(layers.state_dict()))
    return layers
