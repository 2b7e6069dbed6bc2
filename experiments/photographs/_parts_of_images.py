"""How much statistics differ between the blocks of an image, beside its surrogates."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Generator, Tensor

from convlab.data import load

from ._parts_names import BRIGHTNESS, CONTRAST, LEVEL, SIGNED, SIZE, STATISTICS
from ._photograph_files import blocks
from ._surrogates import phases_shuffled, pixels_shuffled, power_law

SIDE = 64  # of drawn fields, in pixels
SHUFFLES = {"phases": phases_shuffled, "pixels": pixels_shuffled}


def shares_between(image: Tensor) -> dict[str, float]:
    """Of each statistic of the pixels, the share of the variance that lies between the blocks."""
    cut = blocks(image)
    along = cut[:, :, 1:] - cut[:, :, :-1]
    squared = (cut - cut.mean((1, 2), keepdim=True)).square()
    each = {BRIGHTNESS: cut, CONTRAST: squared, SIZE: along.abs(), SIGNED: along}
    return {name: share_between(values.flatten(1)) for name, values in each.items()}


def share_between(values: Tensor) -> float:
    """Of values (U, N) of U units: the variance of their means over that of all (eta squared)."""
    return float(values.mean(1).var(correction=0) / values.var(correction=0))


def p_values(
    image: Tensor, shuffle: str, surrogates: int, generator: Generator
) -> tuple[dict[str, float], dict[str, float]]:
    """By statistic, the p of the test that the blocks are alike, and the surrogates' mean share.

    One more than the surrogates with a share as large, of one more than all of them.
    """
    own = shares_between(image)
    drawn = [shares_between(SHUFFLES[shuffle](image, generator)) for _ in range(surrogates)]
    p = {s: (1 + sum(each[s] >= own[s] for each in drawn)) / (surrogates + 1) for s in own}
    return p, {s: sum(each[s] for each in drawn) / surrogates for s in own}


def least(p: Mapping[str, float]) -> float:
    """That of three tests, by Bonferroni."""
    return min(1.0, len(STATISTICS) * min(p[name] for name in STATISTICS))


def stationary_field(side: int, generator: Generator) -> Tensor:
    """A field of 1/f: its shuffled phases are as good as its own."""
    return phases_shuffled(power_law((side, side), -1, generator), generator)


def rejects(generator: Generator) -> float:
    """Whether a drawn field that is stationary is said not to be: 1 or 0."""
    p, _ = p_values(stationary_field(SIDE, generator), "phases", 99, generator)
    return float(least(p) <= LEVEL)


def digit_shares(generator: Generator) -> tuple[float, float]:
    """Of brightness between the 64 places of a pixel, of digits, and of digits moved in a circle.

    Each digit is moved by a distance of its own, which makes all places alike.
    """
    digits = load("digits").x[:, 0].double()
    down, right = torch.randint(8, (2, len(digits), 1, 1), generator=generator)
    place = torch.arange(8)
    rows, columns = (place[:, None] + down) % 8, (place + right) % 8
    moved = digits[torch.arange(len(digits))[:, None, None], rows, columns]
    return share_between(digits.flatten(1).T), share_between(moved.flatten(1).T)
