"""Two stages of convolution that may halve their maps, in six ways, and a head.

Blur pooling is after Zhang, Making convolutional networks shift-invariant again, 2019; adaptive
polyphase sampling after Chaman and Dokmanic, Truly shift-invariant convolutional neural networks,
2021, which chooses by the sum of squares.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from convlab.models import flat_head, maximum_head, mean_head

from ._grid import (
    AVERAGE,
    BLUR,
    FLATTENED,
    MAX,
    MAXIMUM,
    MEAN,
    NONE,
    POLYPHASE,
    STRIDE,
    VALID,
    Cell,
)

SIDE = 16  # pixels of a canvas
CLASSES = 10
BUILD = {MEAN: mean_head, MAXIMUM: maximum_head, FLATTENED: flat_head}
Mode = Literal["circular", "zeros", "reflect"]


def network(cell: Cell, channels: int) -> nn.Sequential:
    """From images (N, 1, SIDE, SIDE) to logits (N, CLASSES)."""
    padding, halving, head = cell
    stages = nn.Sequential(
        *stage(1, channels, padding, halving), *stage(channels, 2 * channels, padding, halving)
    )
    *_, height, width = stages(torch.zeros(1, 1, SIDE, SIDE)).shape
    return nn.Sequential(*stages, BUILD[head](2 * channels, (height, width), CLASSES))


def stage(inputs: int, outputs: int, padding: str, halving: str) -> list[nn.Module]:
    stride = 2 if halving == STRIDE else 1
    around = {} if padding == VALID else {"padding": 1, "padding_mode": padding}
    convolution = nn.Conv2d(inputs, outputs, 3, stride, **around)  # type: ignore[arg-type]
    halve: dict[str, list[nn.Module]] = {
        NONE: [],
        STRIDE: [],
        MAX: [nn.MaxPool2d(2)],
        AVERAGE: [nn.AvgPool2d(2)],
        BLUR: [Blur(padding)],
        POLYPHASE: [Polyphase()],
    }
    return [convolution, nn.ReLU(), *halve[halving]]


class Blur(nn.Module):
    """Weighs three pixels by 1/4, 1/2, 1/4 along both axes, and keeps every second.

    >>> Blur("circular")(torch.tensor([[[[4.0, 0.0]] * 2]]))[0, 0].tolist()
    [[2.0]]
    """

    def __init__(self, padding: str) -> None:
        super().__init__()
        self.padding = padding

    def forward(self, x: Tensor) -> Tensor:
        if self.padding != VALID:
            mode = "constant" if self.padding == "zeros" else self.padding
            x = pad(x, (1, 1, 1, 1), mode)
        for axis in (-2, -1):
            left, middle, right = (x.narrow(axis, i, x.shape[axis] - 2) for i in range(3))
            x = (left + 2 * middle + right) / 4
        return x[..., ::2, ::2]


class Polyphase(nn.Module):
    """Keeps every second row and column, of each image those with the largest sum of squares.

    An image that is shifted by a pixel keeps the same values, at places that are shifted too. An
    odd last row or column is left out. Of equal sums the first is taken.

    >>> Polyphase()(torch.tensor([[[[1.0, 2.0], [4.0, 3.0]]]]))[0, 0].tolist()
    [[4.0]]
    """

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[-2] // 2 * 2, x.shape[-1] // 2 * 2
        x = x[..., :height, :width]
        parts = torch.stack([x[..., i::2, j::2] for i in (0, 1) for j in (0, 1)], dim=1)
        chosen = parts.square().sum((2, 3, 4)).argmax(dim=1)
        index = chosen.view(-1, 1, 1, 1, 1).expand(-1, 1, *parts.shape[2:])
        return parts.gather(1, index).squeeze(1)
