"""Digits that move aside by one output, and how maps and classes change."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d

from convlab.data import shift_images
from convlab.measure import Sample
from convlab.probes.answers import accuracy, alike
from convlab.train import Networks

from ._canvas import BELOW
from ._lifted_digits import HeldOut, mean_of_seeds
from ._maps import first, relative_error, seen
from ._maxima_quantities import AFTER, BEFORE, SAME, THINNED

MAP = 4  # modules of a network that end with its last map
STRIDE = 2  # pixels from an output to the next


def changes(networks: Networks, digits: HeldOut) -> dict[str, Sample]:
    """How much the last map differs when the digit has moved, before and after pooling."""
    before, after = (
        seen(first(MAP, networks), x).double() for x in (digits.below, aside(digits.below))
    )
    maxima, others = ([pool(maps) for maps in (after, before)] for pool in (pooled, every_other))
    return {
        BEFORE: mean_of_seeds(relative_error(after, before)),
        AFTER: mean_of_seeds(relative_error(*maxima)),
        THINNED: mean_of_seeds(relative_error(*others)),
    }


def classes(networks: Networks, digits: HeldOut) -> dict[str, Sample]:
    here, there = (seen(networks, x) for x in (digits.below, aside(digits.below)))
    return {
        SAME: mean_of_seeds(alike(here, there)),
        BELOW: mean_of_seeds(accuracy(here, digits.y)),
    }


def aside(x: Tensor) -> Tensor:
    """The images moved to the side by one output; to the left where the right is not free."""
    free = ~x[..., -STRIDE:].flatten(-3).any(dim=-1)[..., None, None, None]
    return torch.where(free, shift_images(x, 0, STRIDE), shift_images(x, 0, -STRIDE))


def pooled(maps: Tensor) -> Tensor:
    """2 x 2 maxima of maps (S, N, C, H, W)."""
    maxima: Tensor = max_pool2d(maps.flatten(0, 1), 2)
    return torch.unflatten(maxima, 0, maps.shape[:2])


def every_other(maps: Tensor) -> Tensor:
    return maps[..., ::2, ::2]
