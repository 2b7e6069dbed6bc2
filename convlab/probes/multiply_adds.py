"""The multiply-adds of a layer in closed form, biases left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

from torch import Tensor, nn

from ..layers import LocallyConnected1d, LocallyConnected2d, LocallyConnected3d
from ..layers.windows import Windows


@dataclass(frozen=True)
class MultiplyAdds:
    """Nominal ones count the zeros of the padding, effective ones what meets a real pixel."""

    nominal: int = 0
    effective: int = 0

    def __add__(self, other: MultiplyAdds) -> MultiplyAdds:
        return MultiplyAdds(self.nominal + other.nominal, self.effective + other.effective)


Rule = Callable[[Any, Tensor, Tensor], MultiplyAdds]


def rule(layer: nn.Module) -> Rule | None:
    """The function of the layer, its input and its output that counts one call; None if unknown.

    A fully connected layer of M inputs and N outputs takes N M per sample. A convolution, and a
    locally connected layer just the same, of O and C channels in G groups, with P windows of K
    taps, takes

        nominal    O (C / G) P K
        effective  O (C / G) Π_axes Σ_k |{p : 0 ≤ stride p + dilation k - padding < size}|

    where padding that repeats pixels (circular, reflect, replicate) counts as pixels.

        >>> import torch
        >>> layer = nn.Conv1d(1, 1, 3, padding=1)
        >>> x = torch.zeros(1, 1, 10)
        >>> rule(layer)(layer, x, layer(x))
        MultiplyAdds(nominal=30, effective=28)
    """
    return next((RULES[kinds] for kinds in RULES if isinstance(layer, kinds)), None)


def _linear(layer: Any, x: Tensor, y: Tensor) -> MultiplyAdds:
    return MultiplyAdds(layer.in_features * y.numel(), layer.in_features * y.numel())


def _convolution(layer: Any, x: Tensor, y: Tensor) -> MultiplyAdds:
    size = x.shape[-len(layer.kernel_size) :]
    options = layer.stride, layer.padding, layer.dilation, layer.padding_mode
    return _windowed(layer, Windows.over(size, layer.kernel_size, *options), y)


def _local(layer: Any, x: Tensor, y: Tensor) -> MultiplyAdds:
    return _windowed(layer, layer.windows, y)


def _windowed(layer: Any, windows: Windows, y: Tensor) -> MultiplyAdds:
    positions = prod(windows.out_size)
    samples = y.numel() // (layer.out_channels * positions)
    kernels = samples * layer.out_channels * (layer.in_channels // layer.groups)
    taps = positions * prod(windows.kernel_size)
    return MultiplyAdds(kernels * taps, kernels * windows.live_taps)


RULES: dict[tuple[type[nn.Module], ...], Rule] = {
    (nn.Linear,): _linear,
    (nn.Conv1d, nn.Conv2d, nn.Conv3d): _convolution,
    (LocallyConnected1d, LocallyConnected2d, LocallyConnected3d): _local,
}
