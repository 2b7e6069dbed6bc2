"""Weights, pixels and logits in float64 whose sums are exact, in any order of their terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import torch
from torch import Generator, Tensor, nn

from ..measure import Sample, exactly
from ..train import Networks

Layer = TypeVar("Layer", bound=nn.Module)


def whole(shape: tuple[int, ...], generator: Generator) -> Tensor:
    """Whole numbers from 1 to 9."""
    return torch.randint(1, 10, shape, generator=generator).double()


def with_whole_weights(layer: Layer, generator: Generator) -> Layer:
    """The layer itself, every weight now a whole number and none of them 0."""
    for parameter in layer.double().parameters():
        parameter.data = whole(tuple(parameter.shape), generator)
    return layer


def same_size(in_channels: int, out_channels: int, kernel: int, generator: Generator) -> nn.Conv2d:
    """A convolution with zeros around the image, so that the output has its size; no bias."""
    padding = kernel // 2
    conv = nn.Conv2d(in_channels, out_channels, kernel, padding=padding, bias=False)
    return with_whole_weights(conv, generator)


def largest(difference: Tensor) -> Sample:
    """The largest difference in size; exactly 0 where there is none."""
    return exactly(float(difference.detach().abs().max()))


def exact(state: Mapping[str, Tensor], bits: int = 8) -> dict[str, Tensor]:
    """The weights of a network in float64, rounded to multiples of 2^-bits.

    With pixels that are multiples of a power of two as well, and few layers, no product or sum is
    rounded: outputs that should be equal are equal to the last bit, in whatever order they are
    summed.

        >>> exact({"bias": torch.tensor([0.3, 0.5])}, bits=2)
        {'bias': tensor([0.2500, 0.5000], dtype=torch.float64)}
    """
    scale = 2.0**bits
    return {name: (scale * each.cpu().double()).round() / scale for name, each in state.items()}


def exact_logits(networks: Networks, x: Tensor, *, own: bool = False) -> Tensor:
    """In float64, of networks with rounded weights to x (N, ...), or (S, N, ...) if `own`.

    If pixels are multiples of a power of two, equal logits are equal to the last bit.
    """
    rounded = replace(networks, state=exact(networks.state))
    return rounded.predict(x.double(), own=own)
