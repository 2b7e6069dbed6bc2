"""Networks of two channels (a, b) that might multiply, and what they make of a product.

The forward functions here are those of the stacked networks of `convlab.train`, (N, 2, H, W) to
(S, N, 1, H, W): every result has a value per seed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

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


def networks_to_compare(offset: float) -> dict[str, Callable[[], nn.Module]]:
    """The arms of `hadamard`, by name."""
    return {
        "plain": plain,
        "exp 3x3": with_exp,
        "exp 1x1": partial(with_exp, 1),
        "log-exp": partial(with_log_and_exp, offset),
    }


def by_hand(network: nn.Module) -> nn.Module:
    """The network in float64 with the weights 1 and the bias 0: exp(1 · x + 1 · y + 0).

    Between a log and an exp that is ab + ε(a + b) + ε², without the log exp(a + b).
    """
    network = network.double().requires_grad_(False)
    weight, bias = network.parameters()
    weight.fill_(1)
    bias.fill_(0)
    return network


def error(out: Tensor, target: Tensor) -> Tensor:
    """‖out - target‖ / ‖target‖: 0 is the product, 1 is what zeros reach."""
    return norm(out, target) / norm(target, torch.zeros_like(target))


def best_output(pairs: Tensor, target: Tensor, size: int = 3) -> Tensor:
    """The output nearest to the target of any zero-padded convolution of odd size, with bias.

    Every output pixel is one equation in the size² · C weights and the bias; the rank may be
    deficient. `pairs` (N, C, H, W), `target` (N, 1, H, W); computed in float64.
    """
    patches = unfold(pairs.double(), size, padding=size // 2).transpose(1, 2).flatten(0, 1)
    equations = torch.cat([patches, torch.ones(len(patches), 1, dtype=torch.float64)], dim=1)
    values = target.double().flatten()[:, None]
    weights = torch.linalg.lstsq(equations, values, driver="gelsd").solution
    best: Tensor = (equations @ weights).reshape(target.shape)
    return best


def least_squares_floor(pairs: Tensor, target: Tensor, size: int = 3) -> float:
    """The least ‖conv(pairs) - target‖ of any zero-padded convolution of odd size, with bias."""
    return float(torch.linalg.vector_norm(best_output(pairs, target, size) - target))


def linear_residual(forward: Forward, pairs: Tensor) -> Tensor:
    """Largest |f(2a, b) + f(0, b) - 2 f(a, b)| of each seed (S,): 0 for every linear f."""
    once, twice, never = _at_multiples_of_a(forward, pairs)
    return (twice + never - 2 * once).flatten(1).abs().amax(dim=1)


def exponential_residual(forward: Forward, pairs: Tensor) -> Tensor:
    """Largest |f(2a, b) f(0, b) - f(a, b)²| of each seed (S,), a share of the sum of the terms.

    It is 0 for every f = exp(linear): f(2a, b) f(0, b) = f(a, b)². A product has f(0, b) = 0, so
    only f = 0 is both.
    """
    once, twice, never = _at_multiples_of_a(forward, pairs)
    left, right = twice * never, once.square()
    share: Tensor = (left - right).abs() / (left.abs() + right)
    return share.flatten(1).amax(dim=1)


def value_at(forward: Forward, a: float, b: float, side: int = 5) -> Tensor:
    """f of each seed (S,) in the middle of two constant images with the values a and b."""
    pair = torch.tensor([a, b], dtype=torch.float64)[None, :, None, None].expand(1, 2, side, side)
    return forward(pair)[:, 0, 0, side // 2, side // 2]


def _at_multiples_of_a(forward: Forward, pairs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """f(a, b), f(2a, b) and f(0, b)."""
    factors = torch.tensor([[1.0, 1.0], [2.0, 1.0], [0.0, 1.0]], dtype=pairs.dtype)
    once, twice, never = (forward(pairs * factor[:, None, None]) for factor in factors)
    return once, twice, never
