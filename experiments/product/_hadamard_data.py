"""What the networks of `hadamard` are tested on: other places, other values, random fields."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator

from convlab.streams import Data, Draw

from ._boxes import Scene
from ._hadamard_quantities import T0, T1, T2, T3, T4, T5
from ._scenes import examples, filled_rectangles, moved_rectangles, random_fields

FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)  # of a rectangle's value, in T2


def data_to_test_on(
    boxes: Scene, values: tuple[float, float], side: int, own: Callable[[Draw], list[Data]]
) -> dict[str, Data | list[Data]]:
    """By name: what all arms and seeds share, or what all arms of a seed do, which `own` draws."""
    a, b = values
    others = [(a * s, b * t) for s in FACTORS for t in FACTORS if (s, t) != (1, 1)]
    return {
        T0: examples(filled_rectangles(boxes, (a, b))),
        T1: own(lambda g: examples(moved_rectangles(16, (a, b), g))),
        T2: examples(torch.cat([filled_rectangles(boxes, pair) for pair in others])),
        T3: own(lambda g: field(side, 1, 2, g)),
        T4: own(lambda g: field(side, 2, 6, g)),
        T5: own(lambda g: field(side, 1, 2, g, sign=-1)),
    }


def field(side: int, low: float, high: float, generator: Generator, sign: int = 1) -> Data:
    """A random field of this range, with its product; a times the sign."""
    pairs = random_fields(1, side, low, high, generator)
    return examples(pairs * torch.tensor([float(sign), 1.0])[:, None, None])
