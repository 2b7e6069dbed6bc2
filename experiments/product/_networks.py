"""Networks of two channels (a, b) that might multiply, and what they make of a product.

The forward functions here are those of the stacked networks of `convlab.train`, (N, 2, H, W) to
(S, N, 1, H, W): every result has a value per seed.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import unfold

from convlab.layers import Exp, Log
from convlab.train import norm

Forward = Callable[[Tensor], Tensor]


def plain(size: int = 3) -> nn.Module:
    """One convolution of both channels, `Conv2d(2, 1, 3, padding=1)` by default."""
    return nn.Conv2d(2, 1, kernel_size=size, padding=size // 2)


def with_exp(size: int = 3) -> nn.Module:
    """exp(conv(a, b))."""
    return nn.Sequential(plain(size), Exp())


def with_log_and_exp(offset: float, size: int = 3) -> nn.Module:
    """exp(conv(log(a + ε), log(b + ε))) with the offset ε."""
    return nn.Sequential(Log(offset), plain(size), Exp())


def multiplier(offset: float) -> nn.Module:
    """exp(1 · log(a + ε) + 1 · log(b + ε) + 0) = ab + ε(a + b) + ε², in float64."""
    network = with_log_and_exp(offset, size=1).double().requires_grad_(False)
    weight, bias = network.parameters()
    weight.fill_(1)
    bias.fill_(0)
    return network


def error(out: Tensor, target: Tensor) -> Tensor:
    """‖out - target‖ / ‖target‖: 0 is the product, 1 is what zeros reach."""
    return norm(out, target) / norm(target, torch.zeros_like(target))


def least_squares_floor(pairs: Tensor, target: Tensor, size: int = 3) -> float:
    """The least ‖conv(pairs) - target‖ of any zero-padded convolution of odd size, with bias.

    Every output pixel is one equation in the size² · C weights and the bias; the rank may be
    deficient. `pairs` (N, C, H, W), `target` (N, 1, H, W); computed in float64.
    """
    patches = unfold(pairs.double(), size, padding=size // 2).transpose(1, 2).flatten(0, 1)
    equations = torch.cat([patches, torch.ones(len(patches), 1, dtype=torch.float64)], dim=1)
    values = target.double().flatten()[:, None]
    weights = torch.linalg.lstsq(equations, values, driver="gelsd").solution
    return float(torch.linalg.vector_norm(equations @ weights - values))


def linear_residual(forward: Forward, pairs: Tensor) -> Tensor:
    """Largest |f(2a, b) + f(0, b) - 2 f(a, b)| of each seed (S,): 0 for every linear f."""
    once, twice, never = _at_multiples_of_a(forward, pairs)
    return (twice + never - 2 * once).flatten(1).abs().amax(dim=1)


def exponential_residual(forward: Forward, pairs: Tensor) -> Tensor:
    """Largest |log f(2a, b) + log f(0, b) - 2 log f(a, b)| of each seed (S,).

    It is 0 for every f = exp(linear): f(2a, b) f(0, b) = f(a, b)². A product has f(0, b) = 0, so
    only f = 0 is both.
    """
    once, twice, never = _at_multiples_of_a(forward, pairs)
    return (twice.log() + never.log() - 2 * once.log()).flatten(1).abs().amax(dim=1)


def value_at(forward: Forward, a: float, b: float, side: int = 5) -> Tensor:
    """f of each seed (S,) in the middle of two constant images with the values a and b."""
    pair = torch.tensor([a, b], dtype=torch.float64)[None, :, None, None].expand(1, 2, side, side)
    return forward(pair)[:, 0, 0, side // 2, side // 2]


def _at_multiples_of_a(forward: Forward, pairs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """f(a, b), f(2a, b) and f(0, b)."""
    factors = torch.tensor([[1.0, 1.0], [2.0, 1.0], [0.0, 1.0]], dtype=pairs.dtype)
    once, twice, never = (forward(pairs * factor[:, None, None]) for factor in factors)
    return once, twice, never
