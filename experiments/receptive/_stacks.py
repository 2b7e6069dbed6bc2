"""Random stacks of layers along one axis, and the pixels that a unit behind them sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import torch
from torch import Generator, Tensor, nn

from convlab.probes.receptive import receptive_field

from ._reach_names import (
    HALVED,
    LAW,
    LONE,
    NO_STRIDES,
    PLAIN,
    POINTS,
    PROBE,
    STRIDED,
    WAYS,
)

CONVOLUTION, MAXIMUM, MEAN = KINDS = ("convolution", "max-pooling", "average pooling")
MOST_HALVED = 6  # convolutions: behind three halvings a digit's or a thumbnail's map is small


@dataclass(frozen=True)
class Layer:
    """A layer without padding, so that no border cuts what a unit sees."""

    kind: str
    kernel: int
    stride: int
    dilation: int

    def build(self, generator: Generator) -> nn.Module:
        """The layer; a convolution has whole positive weights, so that nothing cancels."""
        if self.kind == MEAN:
            return nn.AvgPool1d(self.kernel, self.stride)
        if self.kind == MAXIMUM:
            return nn.MaxPool1d(self.kernel, self.stride, dilation=self.dilation)
        layer = nn.Conv1d(1, 1, self.kernel, self.stride, dilation=self.dilation, bias=False)
        weight = torch.randint(1, 4, (1, 1, self.kernel), generator=generator)
        layer.weight = nn.Parameter(weight.to(torch.float64))
        return layer


def draw(generator: Generator) -> list[Layer]:
    """One to three layers with kernels of 1 to 4 pixels, strides and dilations of 1 to 3."""

    def number(low: int, high: int) -> int:
        return int(torch.randint(low, high + 1, (), generator=generator))

    def layer(kind: str) -> Layer:
        kernel, stride, dilation = (number(1, most) for most in (4, 3, 3))
        return Layer(kind, kernel, stride, 1 if kind == MEAN else dilation)  # torch's has none

    return [layer(KINDS[number(0, 2)]) for _ in range(number(1, 3))]


def by_formula(layers: Sequence[Layer], *, strides: bool = True) -> int:
    """1 + Σ_l (k_l - 1) d_l Π_{i<l} s_i pixels (Araujo, Norris and Sim 2019).

    Without the strides it is a formula that should be wrong.
    """
    jumps = [
        prod(each.stride for each in layers[:index] if strides) for index in range(len(layers))
    ]
    return 1 + sum(
        (layer.kernel - 1) * layer.dilation * jump
        for layer, jump in zip(layers, jumps, strict=True)
    )


def by_changing_each_pixel(network: nn.Module, pixels: int, unit: int) -> Tensor:
    """The pixels (K,) whose change from 0 to 1 changes what the unit says, tried one by one."""
    black = torch.zeros(1, 1, pixels, dtype=torch.float64)
    one_white = torch.eye(pixels, dtype=torch.float64)[:, None]
    answers = network(torch.cat([black, one_white]))[:, 0, unit]
    return torch.nonzero(answers[1:] != answers[0])[:, 0]


def stacks_unlike(number: int, generator: Generator) -> dict[str, int]:
    """By each way, of so many random stacks, those where it finds other pixels than are seen."""
    unlike = dict.fromkeys(WAYS, 0)
    for _ in range(number):
        layers = draw(generator)
        probed, changed = seen(layers, generator)
        unlike[PROBE] += not torch.equal(probed, changed)
        unlike[LAW] += by_formula(layers) != span(changed)
        unlike[NO_STRIDES] += by_formula(layers, strides=False) != span(changed)
    return unlike


def seen(layers: Sequence[Layer], generator: Generator) -> tuple[Tensor, Tensor]:
    """The pixels of the middle one of three units, by the probe and by changing each pixel."""
    network, pixels = _built(layers, generator)
    x = torch.zeros(1, 1, pixels, dtype=torch.float64)
    field = receptive_field(network, x, (1,))
    return torch.nonzero(field.pixels)[:, 0], by_changing_each_pixel(network, pixels, 1)


def _built(layers: Sequence[Layer], generator: Generator) -> tuple[nn.Module, int]:
    """The stack, and the pixels from which it makes three units."""
    network = nn.Sequential(*(layer.build(generator) for layer in layers))
    return network, by_formula(layers) + 2 * prod(layer.stride for layer in layers)


def towers_unlike(generator: Generator) -> dict[str, int]:
    """Of stacks of one to five layers of one kernel, those that see other than 1 + n (k - 1)."""
    unlike = dict.fromkeys((LONE, STRIDED), 0)
    for name, kernel, layers in product(unlike, range(2, 5), range(1, 6)):
        stack = [Layer(CONVOLUTION, kernel, 1 if name == LONE else 2, 1)] * layers
        changed = by_changing_each_pixel(*_built(stack, generator), 1)
        unlike[name] += span(changed) != 1 + layers * (kernel - 1)
    return unlike


def shares(layers: int, side: int) -> dict[str, Tensor]:
    """The pixels (%) of an image that the middle unit sees behind one convolution and more."""
    x = torch.zeros(1, 1, side, side)
    return {
        arm: torch.tensor([_share(_tower(arm, number), x) for number in range(1, layers + 1)])
        for arm in (PLAIN, HALVED, POINTS)
    }


def _tower(arm: str, convolutions: int) -> nn.Module:
    """With zeros around each map, so that it keeps its size until it is halved."""
    kernel, found = 1 if arm == POINTS else 3, list[nn.Module]()
    for number in range(convolutions):
        found.append(nn.Conv2d(1, 1, kernel, padding=kernel // 2))
        if arm == HALVED and number % 2 and number < convolutions - 1 and number < MOST_HALVED:
            found.append(nn.MaxPool2d(2))
    return nn.Sequential(*found)


def _share(network: nn.Module, x: Tensor) -> float:
    return 100 * receptive_field(network, x).count / x[0, 0].numel()


def span(pixels: Tensor) -> int:
    """From the first to the last of the pixels, with those between them that are not seen."""
    return int(pixels.max() - pixels.min()) + 1
