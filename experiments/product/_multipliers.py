"""Networks that multiply two channels, with weights by hand: of ReLU, smooth units and squares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from convlab.layers import Square

Function = Callable[[Tensor], Tensor]
OPERANDS = ((0.5, 0.5), (1.0, 0.0), (0.0, 1.0))  # (x + y) / 2, x and y
PARTS = (2.0, -0.5, -0.5)  # xy = 2((x + y) / 2)² - x² / 2 - y² / 2
THRESHOLDS = (0.0, -0.5, -1.0, 0.0)  # of the four units of an operand in a layer
TOOTH = (2.0, -4.0, 2.0, 0.0)  # g(u) of these: 0 at u = 0, 1 at 1/2, 0 at 1
CARRY = (0.0, 0.0, 0.0, 1.0)


def relu_multiplier(levels: int) -> nn.Sequential:
    """2f((x + y) / 2) - f(x) / 2 - f(y) / 2 with Yarotsky's f, by 1x1 convolutions and ReLU."""
    return relu_network(OPERANDS, PARTS, levels)


def relu_square(levels: int) -> nn.Sequential:
    """Yarotsky's f: straight lines between the points of u² at u = i / 2^levels in [0, 1]."""
    return relu_network(((1.0,),), (1.0,), levels)


def relu_network(
    operands: Sequence[Sequence[float]], parts: Sequence[float], levels: int
) -> nn.Sequential:
    """The sum of parts · f(operand), in float64, with one layer of ReLU for each level of f.

    f(u) = u - g(u) / 4 - g(g(u)) / 4² - …: in a layer each operand has three units for the next
    tooth g and one that carries the sum so far, which is never negative.
    """
    each = torch.eye(len(operands), dtype=torch.float64)
    now = before = torch.tensor(operands, dtype=torch.float64)  # what g is of, and the sum so far
    layers: list[nn.Module] = []
    for level in range(1, levels + 1):
        units = torch.stack([now, now, now, before], dim=1).flatten(0, 1)
        layers += [_convolution(units, THRESHOLDS * len(operands)), nn.ReLU()]
        now, carry = (torch.kron(each, torch.tensor([row]).double()) for row in (TOOTH, CARRY))
        before = carry - now / 4**level
    return nn.Sequential(*layers, _convolution(torch.tensor([parts]).double() @ before, (0.0,)))


def _convolution(weights: Tensor, bias: Sequence[float]) -> nn.Module:
    layer = nn.Conv2d(weights.shape[1], weights.shape[0], 1).double().requires_grad_(False)
    layer.weight.copy_(weights[:, :, None, None])
    assert layer.bias is not None
    layer.bias.copy_(torch.tensor(bias))
    return layer


def non_zero(network: nn.Module) -> int:
    """The weights and biases of a network that are not 0: each costs an operation."""
    return sum(int(each.count_nonzero()) for each in network.parameters())


def square_multiplier() -> nn.Sequential:
    """((x + y)² - (x - y)²) / 4 by two units with a square, in float64."""
    first = _convolution(torch.tensor([[1.0, 1.0], [1.0, -1.0]]), (0.0, 0.0))
    return nn.Sequential(first, Square(), _convolution(torch.tensor([[0.25, -0.25]]), (0.0,)))


def gate(function: Function, curvature: float, scale: float, u: Tensor, v: Tensor) -> Tensor:
    """uv by four smooth units with that second derivative at 0: the gate of Lin et al., 2017."""
    plus, minus = scale * (u + v), scale * (u - v)
    four = function(plus) + function(-plus) - function(minus) - function(-minus)
    return four / (4 * curvature * scale**2)


OFFSET = 0.5  # of tanh, whose second derivative is 0 at 0
SMOOTH: dict[str, Function] = {
    "exp": torch.exp,
    "softplus": nn.functional.softplus,
    "tanh with an offset": lambda x: (x + OFFSET).tanh(),
}


def derivatives(function: Function) -> tuple[float, float]:
    """The second and the fourth derivative at 0."""
    x = torch.zeros((), dtype=torch.float64, requires_grad=True)
    value, found = function(x), []
    for _ in range(4):
        (value,) = torch.autograd.grad(value, x, create_graph=True)
        found.append(value.item())
    return found[1], found[3]


def law_of_gate(function: Function, scale: float) -> float:
    """Its root mean square error for u, v in [-1, 1], to the leading order: |uv(u² + v²)| · k λ².

    k = |s⁗ / s″| / 6 and the mean square of uv(u² + v²) is 2 · 1/7 · 1/3 + 2 · 1/5 · 1/5.
    """
    second, fourth = derivatives(function)
    return float(abs(fourth / second) / 6 * (2 / 21 + 2 / 25) ** 0.5 * scale**2)


def trainable(width: int, layers: int) -> nn.Module:
    """A network of that many layers of ReLU for pixels (N, 2): each a convolution of 1x1."""
    widths = [2, *[width] * layers]
    hidden = [part for i, o in pairwise(widths) for part in _hidden(i, o)]
    return nn.Sequential(*hidden, nn.Linear(width, 1))


def _hidden(inputs: int, outputs: int) -> tuple[nn.Module, nn.Module]:
    return nn.Linear(inputs, outputs), nn.ReLU()
