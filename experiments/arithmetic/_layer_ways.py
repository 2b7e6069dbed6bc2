"""Other ways to compute what a layer computes: written sums, scipy's, and ones that are wrong."""

from __future__ import annotations

import torch
from torch import Tensor

from convlab.measure import Measurements

from ._layer_cases import Case
from ._signals import LETTER, by_scipy, turned
from ._ways import CONVOLVED, CORRELATED, FEWER, FLIPPED, ONE_AXIS, SYMMETRIC, WRITTEN
from ._written import Whole, written


def compare(case: Case, x: Tensor, w: Tensor) -> dict[str, bool]:
    """For each other way of computing it, whether the layer gives other numbers."""
    layer, space = case.layer(x, w), tuple(range(2, w.ndim))
    symmetric = w + turned(w)
    fewer = torch.zeros_like(w)
    fewer[..., 0] = w[..., 0]  # the last index stays at its first value
    ways = {
        WRITTEN: torch.from_numpy(written(to_whole(x), to_whole(w), *how(case))).double(),
        CORRELATED: by_scipy("correlate", case, x, w),
        FLIPPED: by_scipy("convolve", case, x, turned(w)),
        CONVOLVED: by_scipy("convolve", case, x, w),
        ONE_AXIS: by_scipy("convolve", case, x, w.flip(space[0])),
        FEWER: by_scipy("correlate", case, x, fewer),
    }
    unlike = {arm: not torch.equal(layer, other) for arm, other in ways.items()}
    same = torch.equal(case.layer(x, symmetric), by_scipy("convolve", case, x, symmetric))
    return unlike | {SYMMETRIC: not same}


def to_whole(numbers: Tensor) -> Whole:
    return numbers.long().numpy()


def how(case: Case) -> tuple[int, int, int]:
    return case.stride, case.padding, case.dilation


def add_letter(measurements: Measurements) -> None:
    """What a letter as the kernel makes of one bright pixel: the layer's answer, and scipy's."""
    letter = torch.tensor(LETTER, dtype=torch.float64)
    side = len(letter)
    case = Case(2, 2 * side - 1, side, 1, 0, 1)
    pixel = torch.zeros(1, case.n, case.n, dtype=torch.float64)
    pixel[0, side - 1, side - 1] = 1
    kernel = letter[None, None]
    shown = {
        "image: one bright pixel": pixel,
        "kernel": letter[None],
        "torch's layer gives": case.layer(pixel, kernel),
        "scipy's correlation": by_scipy("correlate", case, pixel, kernel),
        "scipy's convolution": by_scipy("convolve", case, pixel, kernel),
    }
    measurements.arrays.update({title: map_.numpy()[0] for title, map_ in shown.items()})
