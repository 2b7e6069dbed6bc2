"""Capsules: features in groups, whose length says whether a thing is there and direction how.

After Sabour, Frosst and Hinton, "Dynamic routing between capsules" (NIPS 2017, arXiv 1710.09829).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

HALF = (torch.float16, torch.bfloat16)


def squash(s: Tensor) -> Tensor:
    """v = |s|² / (1 + |s|²) · s / |s|: along the last axis the direction of s, shorter than 1.

    At s = 0 the value and the derivative are 0, their limits. Half precision is computed in
    float32, where no square overflows. s and v are (*, E).
    """
    wide = s.float() if s.dtype in HALF else s
    length = torch.linalg.vector_norm(wide, dim=-1, keepdim=True)
    hypotenuse = torch.hypot(length, torch.ones_like(length))  # √(1 + |s|²)
    v: Tensor = wide / hypotenuse * (length / hypotenuse)
    return v.to(s.dtype)


def route(predictions: Tensor, rounds: int) -> Tensor:
    """The output capsules (*, O, E) on which the predictions (*, I, O, E) of I capsules agree.

    b = 0; s[o] = Σ_i softmax_o(b[i])[o] predictions[i, o]; v[o] = squash(s[o]); and in each round
    b[i, o] is increased by predictions[i, o] · v[o], and s and v are computed anew.

    So without a round all outputs have an equal share of an input. The paper counts this first
    pass, too: its "3 iterations" are 2 rounds. Gradients go through all rounds.
    """
    outputs = predictions.shape[-2]
    v = squash(predictions.sum(-3) / outputs)
    agreement: Tensor | float = 0.0
    for _ in range(rounds):
        agreement = agreement + torch.einsum("...ioe,...oe->...io", predictions, v)
        shares = agreement.softmax(dim=-1)
        v = squash(torch.einsum("...io,...ioe->...oe", shares, predictions))
    return v


class Capsules(nn.Module):
    """Each input capsule predicts all output capsules, and they follow those that agree.

    predictions[n, i, o] = weight[i, o] u[n, i]; v[n] = route(predictions[n], rounds)

    u is (N, I, D) and v (N, O, E), or both without N; weight (I, O, E, D), one matrix for each
    pair of capsules, and no bias. A weight is drawn from a normal distribution of the variance
    O² / (I E): without a round, s is then at first as long as the input capsules, in mean square.

        >>> layer = Capsules(in_capsules=196, out_capsules=10, in_features=8, out_features=16)
        >>> layer(torch.zeros(2, 196, 8)).shape
        torch.Size([2, 10, 16])
    """

    def __init__(
        self,
        in_capsules: int,
        out_capsules: int,
        in_features: int,
        out_features: int,
        rounds: int = 2,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        sizes = (in_capsules, out_capsules, in_features, out_features)
        names = ("in_capsules", "out_capsules", "in_features", "out_features")
        for name, size in zip(names, sizes, strict=True):
            if size < 1:
                raise ValueError(f"{name} should be 1 or more, not {size}")
        if rounds < 0:
            raise ValueError(f"rounds should be 0 (equal shares) or more, not {rounds}")
        self.in_capsules, self.out_capsules, self.in_features, self.out_features = sizes
        self.rounds = rounds
        shape = in_capsules, out_capsules, out_features, in_features
        self.weight = nn.Parameter(torch.empty(shape, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        deviation = self.out_capsules / (self.in_capsules * self.out_features) ** 0.5
        nn.init.normal_(self.weight, 0, deviation)

    def forward(self, u: Tensor) -> Tensor:
        """(N, in_capsules, in_features) to (N, out_capsules, out_features), or both without N."""
        expected = self.in_capsules, self.in_features
        if u.shape[-2:] != expected or u.ndim not in (2, 3):
            raise ValueError(
                f"Capsules was made for inputs (N, {self.in_capsules}, {self.in_features}), not "
                f"{tuple(u.shape)}: give as many capsules of as many features, such as those of "
                "PrimaryCapsules, or make the layer for these"
            )
        return route(torch.einsum("ioed,...id->...ioe", self.weight, u), self.rounds)

    def extra_repr(self) -> str:
        return (
            f"in_capsules={self.in_capsules}, out_capsules={self.out_capsules}, "
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"rounds={self.rounds}"
        )


class PrimaryCapsules(nn.Module):
    """Every `features` channels of a map, at each of its positions, as one capsule, squashed.

    The map is (N, T features, H, W), or without N, and the capsules (N, T H W, features).

        >>> PrimaryCapsules(8)(torch.zeros(2, 32, 7, 7)).shape
        torch.Size([2, 196, 8])
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        if features < 1:
            raise ValueError(f"features should be 1 or more, not {features}")
        self.features = features

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim not in (3, 4) or x.shape[-3] % self.features:
            raise ValueError(
                f"the channels of (N, C, H, W) should be divisible by {self.features}, the "
                f"features of a capsule, and the input is {tuple(x.shape)}: change the one or "
                "the other"
            )
        grouped = x.unflatten(-3, (-1, self.features))  # (*, T, features, H, W)
        return squash(grouped.movedim(-3, -1).flatten(-4, -2))

    def extra_repr(self) -> str:
        return f"features={self.features}"


class Lengths(nn.Module):
    """The length of each capsule, (*, O, E) to (*, O): how surely each thing is there."""

    def forward(self, v: Tensor) -> Tensor:
        lengths: Tensor = torch.linalg.vector_norm(v, dim=-1)
        return lengths
