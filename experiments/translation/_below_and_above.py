"""What networks make of a digit in the lower half of a canvas, and half a canvas above."""

from __future__ import annotations

import torch
from torch import Tensor

from convlab.measure import Sample
from convlab.probes.answers import accuracy, alike, apart, probability_change
from convlab.train import Networks, sample

from ._canvas import DIGIT
from ._lifted_digits import HeldOut, mean_of_seeds
from ._maps import below_and_above, first, relative_error
from ._translation_quantities import (
    APART,
    CHANGED,
    DENSE,
    FIRST,
    MOVED,
    SECOND,
    SOFTMAX,
)

CONVOLUTIONS = {FIRST: 2, SECOND: 4}  # by how many modules, of the network, end with its ReLU


def right(networks: Networks, digits: HeldOut) -> Tensor:
    """The share of right classes (2, S) below and above, in percent."""
    return torch.stack([accuracy(each, digits.y) for each in below_and_above(networks, digits)])


def differences(networks: Networks, digits: HeldOut) -> dict[str, Sample]:
    """How the answers to the same digits differ between below and above."""
    low, high = below_and_above(networks, digits)
    return {
        CHANGED: mean_of_seeds(100 - alike(low, high)),
        MOVED: mean_of_seeds(probability_change(low, high, digits.y)),
        APART: sample(apart(low, high), "median", "weights and data"),
    }


def errors_by_layer(networks: Networks, digits: HeldOut) -> dict[str, Tensor]:
    """How far maps are from moving as the digit does, and what comes after them from staying."""
    errors = {}
    for layer, modules in CONVOLUTIONS.items():
        low, high = below_and_above(first(modules, networks), digits)
        moved = low.roll(-DIGIT // 2, dims=-2)  # the first layer has stride 2
        errors[layer] = relative_error(high, moved)
    low, high = below_and_above(networks, digits)
    errors[DENSE] = relative_error(high, low)
    low, high = (logits.softmax(dim=-1) for logits in (low, high))
    return errors | {SOFTMAX: relative_error(high, low)}
