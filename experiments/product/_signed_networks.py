"""Networks of `signed` that might make a negative product, and how far and how often they miss."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from convlab.layers import Exp, Log, Square
from convlab.train import Networks

from ._networks import error, plain

OFFSET = 1e-4  # before a log, as in `hadamard`
LIMIT = 1e-5  # of the mean squared error, by which they call a product learned


class Absolute(nn.Module):
    """y = |x|, elementwise."""

    def forward(self, x: Tensor) -> Tensor:
        return x.abs()


def with_log_of_size() -> nn.Module:
    """exp(conv(log(|a| + ε), log(|b| + ε))): the sizes of the products, at best."""
    return nn.Sequential(Absolute(), Log(OFFSET), plain(), Exp())


def with_squares() -> nn.Module:
    """A convolution of 3x3, four squares, and their weighted sum."""
    return nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), Square(), nn.Conv2d(4, 1, 1))


def outputs_by_numbers(networks: Networks) -> Tensor:
    """What the first network makes of two numbers of -1 to 1, (41, 41), as constant images."""
    values = torch.linspace(-1, 1, 41)
    pairs = torch.stack(torch.broadcast_tensors(values, values[:, None]))
    constant = pairs.flatten(1).T[:, :, None, None].expand(-1, -1, 3, 3)
    outputs = networks.predict(constant)[0, :, 0, 1, 1]  # in the middle of the images
    return torch.unflatten(outputs, 0, (41, 41))


def best_exp() -> float:
    """The least error of any exp(u a + v b + c) on numbers of -1 to 1, by a simplex."""
    from scipy.optimize import minimize

    values = (torch.arange(100, dtype=torch.float64) + 0.5) / 50 - 1
    a, b = torch.broadcast_tensors(values[:, None], values)
    found = minimize(
        lambda w: float(error((w[0] * a + w[1] * b + w[2]).exp(), a * b)),
        [1, 1, -2],
        method="Nelder-Mead",
    )
    return float(found.fun)


def below_limit(out: Tensor, target: Tensor) -> Tensor:
    return ((out - target).square().mean() < LIMIT).double()


def wrong_signs(out: Tensor, target: Tensor) -> Tensor:
    """Of the products below 0, the share whose output is not."""
    return (out[target < 0] >= 0).double().mean()
