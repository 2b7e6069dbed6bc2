"""What users have in place of a locally connected layer, each with the weights of ours.

A way takes a case and our layer to its own weight and the function of an input and that weight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn.functional import pad

from convlab.layers.local.module import LocallyConnected

PRODUCTS = (
    10**8
)  # numbers that the product-sum may write down: it takes a minute for ten times more


@dataclass(frozen=True)
class Case:
    """N examples of C channels and O outputs, with as many taps along each axis of the size."""

    examples: int
    channels: int
    outputs: int
    size: tuple[int, ...]
    taps: int
    stride: int = 1
    dilation: int = 1

    @property
    def margin(self) -> int:
        return self.dilation * (self.taps // 2)

    @property
    def options(self) -> dict[str, int]:
        return {"stride": self.stride, "padding": self.margin, "dilation": self.dilation}

    @property
    def task(self) -> dict[str, Any]:
        steps = {"stride": self.stride, "dilation": self.dilation}
        return {
            "N": self.examples,
            "channels": f"{self.channels} to {self.outputs}",
            "size": " x ".join(map(str, self.size)),
            "taps": ", ".join([str(self.taps), *(f"{n} {v}" for n, v in steps.items() if v > 1)]),
        }


Way = tuple[Tensor, Callable[[Tensor, Tensor], Tensor]]


def convolution(case: Case, layer: LocallyConnected) -> Way:
    """Not a peer but the yardstick: one kernel for all positions."""
    kind = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[len(case.size) - 1]
    options: dict[str, Any] = dict(case.options)
    conv = kind(case.channels, case.outputs, case.taps, bias=False, **options)
    return conv.weight, lambda x, weight: conv(x)


def product_sum(case: Case, layer: LocallyConnected) -> Way | None:
    """The snippet of discuss.pytorch.org/t/26979: all products first, then their sums."""
    weight, dims = layer.weight, len(case.size)
    if case.examples * weight.numel() > PRODUCTS:
        return None

    def forward(x: Tensor, weight: Tensor) -> Tensor:
        seen = _windows(x, case).contiguous().flatten(2 + dims).unsqueeze(1)
        return (seen * weight).sum([2, -1])

    return weight.detach().flatten(2 + dims)[None].contiguous(), forward


def unfold_bmm(case: Case, layer: LocallyConnected) -> Way:
    """A copy of what each window sees, and one batched product."""
    dims = len(case.size)
    kernels = layer.weight.detach().movedim((0, 1), (dims, dims + 1)).flatten(0, dims - 1)

    def forward(x: Tensor, weight: Tensor) -> Tensor:
        seen = _windows(x, case).movedim((0, 1), (dims, dims + 1))
        y: Tensor = torch.bmm(seen.reshape(len(weight), case.examples, -1), weight)
        placed: Tensor = y.unflatten(0, seen.shape[:dims]).movedim((-2, -1), (0, 1))
        return placed

    return kernels.flatten(2).mT.contiguous(), forward


def trial(case: Case, layer: LocallyConnected) -> Way | None:
    """The zero-copy trial: overlapping windows, weights for two dummy columns more than needed."""
    if len(case.size) != 2 or case.options["stride"] * case.options["dilation"] != 1:
        return None
    wide = case.size[1] + 2 * case.margin
    weight = pad(layer.weight.detach().permute(4, 2, 3, 5, 1, 0), [0] * 6 + [0, 2 * case.margin])
    positions = (case.size[0] - 1) * wide + case.size[1]
    kernels = weight.flatten(3, 4).flatten(1, 2)[:, :positions].contiguous()

    def forward(x: Tensor, weight: Tensor) -> Tensor:
        padded = pad(x.permute(0, 2, 3, 1), [0, 0] + [case.margin] * 4).contiguous()
        y = pad(_applied(padded, weight), [0, 0, 0, 0, 0, 2 * case.margin])
        lines: Tensor = y.unflatten(0, (-1, wide))[:, : case.size[1]]
        return lines.permute(2, 3, 0, 1)

    return kernels, forward


def _applied(x: Tensor, w: Tensor) -> Tensor:
    y: Tensor = _Trial.apply(x, w)  # type: ignore[no-untyped-call]  # torch's own
    return y


class _Trial(Function):
    """x (N, H, W, C) and w (K, P, K · C, O) to (P, N, O), for P windows along all lines."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor) -> Tensor:
        ctx.save_for_backward(x, w)
        first, *others = _overlapping(x, w)
        y = torch.bmm(first, w[0])
        for seen, kernels in zip(others, w[1:], strict=True):
            y.baddbmm_(seen, kernels)
        return y

    @staticmethod
    def backward(ctx: Any, y: Tensor) -> tuple[Tensor, Tensor]:
        (x, w), y = ctx.saved_tensors, y.contiguous()
        taps, wide, weight = len(w), x.shape[2], torch.empty_like(w)
        pixels = x.new_zeros(x.shape[1] * wide, len(x), x.shape[3])
        for tap, seen in enumerate(_overlapping(x, w)):
            torch.bmm(seen.mT, y, out=weight[tap])
            for column, kernels in enumerate(w[tap].unflatten(1, (taps, -1)).unbind(1)):
                first = tap * wide + column
                pixels[first : first + len(y)].baddbmm_(y, kernels.mT)
        return pixels.unflatten(0, (-1, wide)).permute(2, 0, 1, 3), weight


def _overlapping(x: Tensor, w: Tensor) -> list[Tensor]:
    count, height, wide, channels = x.shape
    size, strides = (w.shape[1], count, w.shape[2]), (channels, height * wide * channels, 1)
    return [x.as_strided(size, strides, tap * wide * channels) for tap in range(len(w))]


def _windows(x: Tensor, case: Case) -> Tensor:
    """(N, C, *out_size, *taps), a view of the padded input."""
    x, span = pad(x, [case.margin] * 2 * len(case.size)), case.dilation * (case.taps - 1) + 1
    for axis in range(2, 2 + len(case.size)):
        x = x.unfold(axis, span, case.stride)[..., :: case.dilation]
    return x


WAYS: dict[str, Callable[[Case, LocallyConnected], Way | None]] = {
    "nn.Conv": convolution,
    "trial": trial,
    "unfold + bmm": unfold_bmm,
    "product-sum": product_sum,
}
