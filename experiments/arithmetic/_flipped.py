"""Networks of two layers that correlate, or that convolve in the mathematical sense."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, conv_transpose2d, pad

from convlab.models import mean_head

SIDE, CLASSES, WIDTH = 8, 10, 3  # pixels of a digit, digits, weights along an axis of a kernel
Operation = Callable[[Tensor, Tensor], Tensor]


def correlate(x: Tensor, w: Tensor, zeros: str) -> Tensor:
    """Σ_p w(p) x(i + p), of the size of x: zeros stand around x, or behind it."""
    before = WIDTH // 2 if zeros == "around" else 0
    return conv2d(pad(x, [before, WIDTH - 1 - before] * 2), w)


def convolve(x: Tensor, w: Tensor, zeros: str) -> Tensor:
    """Σ_p w(p) x(i - p), of the size of x: zeros stand around x, or before it.

    torch's transposed convolution is the whole of it, with weights (C, O, k, k).
    """
    whole = conv_transpose2d(x, w.transpose(0, 1))
    first = WIDTH // 2 if zeros == "around" else 0
    rows, columns = (slice(first, first + size) for size in x.shape[-2:])
    return whole[..., rows, columns]


class Layer(nn.Module):
    """A layer whose weights (O, C, k, k) are torch's own at the start."""

    def __init__(self, operation: Operation, inputs: int, outputs: int) -> None:
        super().__init__()
        start = nn.Conv2d(inputs, outputs, WIDTH)
        self.weight, self.bias, self.operation = start.weight, start.bias, operation

    def forward(self, x: Tensor) -> Tensor:
        assert self.bias is not None
        return self.operation(x, self.weight) + self.bias[:, None, None]


def correlating(channels: int, zeros: str) -> nn.Module:
    return network(lambda x, w: correlate(x, w, zeros), channels)


def convolving(channels: int, zeros: str) -> nn.Module:
    return network(lambda x, w: convolve(x, w, zeros), channels)


def network(operation: Operation, channels: int) -> nn.Module:
    """Two layers with ReLU, and a linear layer on each channel's mean; all in float64."""
    return nn.Sequential(
        Layer(operation, 1, channels),
        nn.ReLU(),
        Layer(operation, channels, channels),
        nn.ReLU(),
        mean_head(channels, (SIDE, SIDE), CLASSES),
    ).double()


def flip_kernels(network: nn.Module) -> nn.Module:
    """The network itself, every kernel now after half a turn."""
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, Layer):
                layer.weight.copy_(layer.weight.flip(2, 3))
    return network
