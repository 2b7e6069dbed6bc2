"""Networks of arithmetic units, two layers and two hidden units, with the seeds as first axis.

They are those of Madsen and Johansen (2020), who draw their weights so: x (S, N, 4) to (S, N).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt, tanh

import torch
from torch import Generator, Tensor, nn

INPUTS, HIDDEN = 4, 2
OFFSET = 1e-7  # before a log
Draws = Sequence[Generator]  # of the weights of each seed


class NacMul(nn.Module):
    """exp(W2 log(|W1 x| + 1e-7)) with W = tanh(Ŵ) σ(M̂), between -1 and 1."""

    def __init__(self, draws: Draws) -> None:
        super().__init__()
        self.first, self.second = Nac(INPUTS, HIDDEN, draws), Nac(HIDDEN, 1, draws)

    def forward(self, x: Tensor) -> Tensor:
        return _log_exp(self.first(x), self.second.weight())[..., 0]

    def settle(self) -> None:
        """Put the weights back between their bounds, which these never leave."""


class Nalu(nn.Module):
    """Two layers of g · Wx + (1 - g) · exp(W log(|x| + 1e-7)) with the gate g = σ(Gx)."""

    def __init__(self, draws: Draws) -> None:
        super().__init__()
        self.first, self.second = Nac(INPUTS, HIDDEN, draws), Nac(HIDDEN, 1, draws)
        self.gates = nn.ParameterList(
            _uniform((outputs, inputs), sqrt(6 / (inputs + outputs)), draws)
            for inputs, outputs in ((INPUTS, HIDDEN), (HIDDEN, 1))
        )

    def forward(self, x: Tensor) -> Tensor:
        for layer, gate in zip((self.first, self.second), self.gates, strict=True):
            g = (x @ gate.mT).sigmoid()
            weight = layer.weight()
            x = g * (x @ weight.mT) + (1 - g) * _log_exp(x, weight)
        return x[..., 0]

    def settle(self) -> None:
        """Put the weights back between their bounds, which these never leave."""


class Nmu(nn.Module):
    """prod(W2 z + 1 - W2) of z = W1 x, with W1 clamped to [-1, 1] and W2 to [0, 1]."""

    def __init__(self, draws: Draws) -> None:
        super().__init__()
        bound = min(0.5, sqrt(6 / (INPUTS + HIDDEN)))
        self.first = _uniform((HIDDEN, INPUTS), bound, draws)
        self.second = _uniform((HIDDEN,), 0.25, draws)
        self.second.data += 0.5

    def forward(self, x: Tensor) -> Tensor:
        w = self.second[:, None]
        one, other = (w * (x @ self.first.mT) + 1 - w).unbind(-1)
        return one * other

    def settle(self) -> None:
        """Put the weights back between their bounds."""
        self.first.data.clamp_(-1, 1)
        self.second.data.clamp_(0, 1)


class Nac(nn.Module):
    """A linear layer whose weights are tanh(Ŵ) σ(M̂): (S, N, inputs) to (S, N, outputs)."""

    def __init__(self, inputs: int, outputs: int, draws: Draws) -> None:
        super().__init__()
        bound = bound_of_nac(inputs, outputs)
        self.large = _uniform((outputs, inputs), bound, draws)
        self.gate = _uniform((outputs, inputs), bound, draws)

    def weight(self) -> Tensor:
        return self.large.tanh() * self.gate.sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight().mT


def bound_of_nac(inputs: int, outputs: int) -> float:
    """Of the uniform Ŵ and M̂ that give W the variance 2 / (inputs + outputs), at most 2 / 5."""
    from scipy.optimize import brentq

    def variance(r: float) -> float:
        return (1 - tanh(r) / r) * (r - tanh(r / 2)) / (2 * r)

    return float(brentq(lambda r: variance(r) - 2 / max(inputs + outputs, 5), 1e-3, 10))


def _uniform(shape: tuple[int, ...], bound: float, draws: Draws) -> nn.Parameter:
    """(S, *shape), each seed's from its own generator, between -bound and bound."""
    each = [torch.empty(shape).uniform_(-bound, bound, generator=draw) for draw in draws]
    return nn.Parameter(torch.stack(each))


def _log_exp(x: Tensor, weight: Tensor) -> Tensor:
    return ((x.abs() + OFFSET).log() @ weight.mT).exp()


Unit = NacMul | Nalu | Nmu
UNITS: dict[str, Callable[[Draws], Unit]] = {"NAC-mul": NacMul, "NALU": Nalu, "NMU": Nmu}
SURE = 20.0  # at which tanh and σ are 1 in float32


def set_by_hand(network: Unit) -> None:
    """Give the weights of (x1 + x2)(x1 + x2 + x3 + x4)."""
    sums = torch.tensor([[1.0, 1, 0, 0], [1, 1, 1, 1]])
    with torch.no_grad():
        if isinstance(network, Nmu):
            network.first.copy_(sums.expand_as(network.first))
            network.second.fill_(1)
            return
        network.first.large.copy_((SURE * sums).expand_as(network.first.large))
        for parameter in (network.first.gate, network.second.large, network.second.gate):
            parameter.fill_(SURE)
        if isinstance(network, Nalu):  # the first layer adds, the second multiplies
            for gate, sign in zip(network.gates, (1, -1), strict=True):
                gate.fill_(sign * SURE)
