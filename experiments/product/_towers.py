"""Blocks with an exp, one behind the other: the map x → exp(g x), and random stacks of layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import e, inf, pi, sqrt

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import conv2d

from convlab.layers import Exp, Log

from ._tower_quantities import EDGE

OFFSET = 1e-4  # added before a log, as in `hadamard`
Block = Callable[[Tensor, Tensor, Tensor], Tensor]  # of the input, the kernels and the bias


def blocks_to_overflow(gains: Sequence[float], dtype: torch.dtype, most: int) -> list[float]:
    """After how many times of x → exp(g x), from x = 1, each gain overflows; inf if after none."""
    gain = torch.tensor(gains, dtype=dtype)
    x, found = torch.ones_like(gain), torch.full((len(gains),), inf, dtype=torch.float64)
    for blocks in range(1, most + 1):
        x = (gain * x).exp()
        found[x.isinf() & found.isinf()] = blocks
    return found.tolist()


def law_of_overflow(gain: float) -> float:
    """About as many blocks as pass the narrow place at x = e, where exp(g x) is hardly above x.

    There y = x - e grows by e²(g - 1/e) + y² / 2e a block, which takes π / √(e(g - 1/e) / 2).
    """
    return pi / sqrt(e * (gain - EDGE) / 2)


def first_to_overflow(low: float, high: float, count: int, blocks: int) -> float:
    """The least of `count` gains from low to high that overflows within so many blocks."""
    gains: list[float] = torch.linspace(low, high, count, dtype=torch.float64).tolist()
    found = blocks_to_overflow(gains, torch.float64, blocks)
    return min(gain for gain, after in zip(gains, found, strict=True) if after < inf)


def last_two(gain: float, blocks: int) -> tuple[float, float]:
    """The last two values of x → exp(g x) from x = 1, in float64."""
    before, x = 0.0, torch.ones((), dtype=torch.float64)
    for _ in range(blocks):
        before, x = x.item(), (gain * x).exp()
    return before, x.item()


def fixed_point(gain: float) -> float:
    """Where x = exp(g x): -W(-g) / g with Lambert's W."""
    from scipy.special import lambertw

    return float(-lambertw(-gain).real / gain)


def _convolved(x: Tensor, kernels: Tensor, bias: Tensor) -> Tensor:
    return conv2d(x, kernels, bias, padding=kernels.shape[-1] // 2)


BLOCKS: dict[str, Block] = {
    "exp": lambda x, *layer: _convolved(x, *layer).exp(),
    "log-exp": lambda x, *layer: _convolved((x + OFFSET).log(), *layer).exp(),
    "relu": lambda x, *layer: _convolved(x, *layer).relu(),
    "tanh": lambda x, *layer: _convolved(x, *layer).tanh(),
}


def depth_survived(block: Block, scene: Tensor, width: int, depth: int, draw: Generator) -> int:
    """After how many blocks of 3x3 kernels, at most `depth`, all is finite still.

    All is every output, and the gradient of their sum to the first kernels. Weights and biases
    are drawn as torch draws those of a convolution by default.
    """
    layers = list(_drawn_layers(width, depth, draw))
    first = layers[0][0].requires_grad_()
    x = scene
    for blocks, layer in enumerate(layers):
        x = block(x, *layer)
        (gradient,) = torch.autograd.grad(x.sum(), first, retain_graph=True)
        if not (x.isfinite().all() and gradient.isfinite().all()):
            return blocks
    return depth


def _drawn_layers(width: int, depth: int, draw: Generator) -> Iterator[tuple[Tensor, Tensor]]:
    for channels in (2, *[width] * (depth - 1)):
        bound = 1 / sqrt(9 * channels)
        kernels = torch.empty(width, channels, 3, 3).uniform_(-bound, bound, generator=draw)
        yield kernels, torch.empty(width).uniform_(-bound, bound, generator=draw)


def depth_of_wide(gains: Sequence[float], width: int, depth: int, draw: Generator) -> list[int]:
    """After how many exp blocks of `width` channels, for each gain, all is finite still.

    The weights have the variance g / 2n: of exp(z) with z normal of variance v, the mean square is
    exp(2v), so 2v → g exp(2v) from block to block. The input is ones.
    """
    scale = (torch.tensor(gains) / (2 * width)).sqrt()[:, None]
    x, found = torch.ones(len(gains), width), torch.zeros(len(gains), dtype=torch.int64)
    for _ in range(depth):
        x = (scale * (x @ torch.randn(width, width, generator=draw))).exp()
        found += x.isfinite().all(dim=1)
    return found.tolist()


def halving(channels: int, arm: str) -> nn.Module:
    """Blocks that halve the channels until one is left, for pixels (N, channels)."""
    widths = [channels]
    while widths[-1] > 1:
        widths.append(widths[-1] // 2)
    return _of_blocks(arm, widths)


def deep(blocks: int, arm: str) -> nn.Module:
    """So many blocks, 8 channels wide, from two channels to one, for pixels (N, 2)."""
    return _of_blocks(arm, [2, *[8] * (blocks - 1), 1])


def _of_blocks(arm: str, widths: Sequence[int]) -> nn.Module:
    """Layers that see each pixel alone, as a convolution of 1x1 does, with an exp behind each."""
    blocks = (nn.Sequential(nn.Linear(*each), Exp()) for each in pairwise(widths))
    if arm == "exp":
        return nn.Sequential(*blocks)
    return nn.Sequential(*(nn.Sequential(Log(OFFSET), block) for block in blocks))
