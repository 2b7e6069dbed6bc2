"""Arithmetic as layers: between Log and Exp a sum is a product, of powers of the inputs."""

from __future__ import annotations

from torch import Tensor, nn


class Exp(nn.Module):
    """y = exp(x), elementwise."""

    def forward(self, x: Tensor) -> Tensor:
        return x.exp()


class Log(nn.Module):
    """y = log(x + offset), elementwise: NaN where x + offset is negative, -∞ where it is 0."""

    def __init__(self, offset: float = 0.0) -> None:
        super().__init__()
        self.offset = offset

    def forward(self, x: Tensor) -> Tensor:
        return (x + self.offset).log()

    def extra_repr(self) -> str:
        return f"offset={self.offset:g}"


class Square(nn.Module):
    """y = x², elementwise."""

    def forward(self, x: Tensor) -> Tensor:
        return x.square()
