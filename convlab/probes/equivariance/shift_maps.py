"""How much many shifts of an image matter together: a map of all of them, the worst, the mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor

from .deviation import classes, invariance
from .placement import Shift
from .undisturbed import Network

Measure = Callable[[Network, Tensor, Sequence[Shift]], Tensor]  # of S shifts, (S,)


@dataclass(frozen=True)
class Sensitivity:
    """An error for every shift by up to so many pixels, along every axis and either way."""

    shifts: tuple[Shift, ...]
    map: Tensor  # (2 R + 1, …), an entry per shift; that of no shift in the middle

    def __repr__(self) -> str:
        shifts = f"{len(self.shifts)} shifts"
        return f"<Sensitivity: at most {self.worst:.4g}, at {self.worst_shift}, of {shifts}>"

    @property
    def worst(self) -> float:
        return float(self.map.max())

    @property
    def worst_shift(self) -> Shift:
        """The first of those with the worst error."""
        return self.shifts[int(self.map.argmax())]

    @property
    def mean(self) -> float:
        """Over all shifts but that by nothing."""
        errors = self.map.flatten()
        middle = len(errors) // 2
        return float(torch.cat((errors[:middle], errors[middle + 1 :])).mean())


def shifts_within(reach: int, axes: int = 2) -> tuple[Shift, ...]:
    """Every shift by -reach to reach pixels along each axis, the last axis fastest.

    >>> shifts_within(1, axes=1)
    ((-1,), (0,), (1,))
    """
    if reach < 1:
        raise ValueError(f"reach should be at least one pixel, not {reach}")
    return tuple(product(range(-reach, reach + 1), repeat=axes))


def sensitivity(
    network: Network, x: Tensor, reach: int = 8, measure: Measure = invariance
) -> Sensitivity:
    """The error under every shift by up to `reach` pixels, as a map: (2 reach + 1, …).

    Of `invariance` it is a translation-sensitivity map, a picture after Kauderer-Abrams,
    Quantifying translation-invariance in convolutional neural networks, 2017; here errors are
    relative to ‖f(x)‖. It can be of `equivariance` too, or of another function of (network, x,
    shifts). Raises ValueError for a reach below 1, and as the measure does.

        >>> found = sensitivity(torch.nn.AdaptiveMaxPool1d(2), torch.eye(4)[:1, None], reach=2)
        >>> found.map.round(decimals=2).tolist(), found.worst_shift, round(found.mean, 2)
        ([1.41, 1.41, 0.0, 0.0, 1.41], (-2,), 1.06)
    """
    shifts = shifts_within(reach, x.ndim - 2)
    errors = measure(network, x, shifts)
    return Sensitivity(shifts, errors.reshape((2 * reach + 1,) * (x.ndim - 2)))


@dataclass(frozen=True)
class Consistency:
    """How steady the classes of images are under shifts: shares from 0 to 1.

    1 for a network that always answers the same, too: show its accuracy beside them.
    """

    pairs: float  # of two different shifts of an image that are given one class
    always: float  # of images that are given one class under every shift: the worst case


def consistency(network: Network, x: Tensor, shifts: Sequence[Shift]) -> Consistency:
    """How often shifted images are given the same class, the greatest of f(x) (N, K).

    `pairs` is the consistency of Zhang, Making convolutional networks shift-invariant again,
    2019, over all pairs instead of drawn ones, and of circular shifts instead of crops: where n_k
    of S shifts give class k,

        pairs = mean over images of Σ_k n_k (n_k - 1) / (S (S - 1))

    Raises ValueError for fewer than two shifts, and for outputs that are not (N, K).

        >>> images = torch.tensor([[[1.0, 0.0, 0.0]], [[1.0, 1.0, 1.0]]])  # a spike, nothing
        >>> consistency(torch.nn.Flatten(), images, [(0,), (1,), (3,)])
        Consistency(pairs=0.6666666666666666, always=0.5)
    """
    if len(shifts) < 2:
        raise ValueError(f"consistency needs two shifts to compare, not {len(shifts)}")
    by_shift = classes(network, x, shifts)
    counts = torch.nn.functional.one_hot(by_shift).sum(dim=0).double()
    alike = (counts * (counts - 1)).sum(dim=1) / (len(shifts) * (len(shifts) - 1))
    return Consistency(
        float(alike.mean()), float((by_shift == by_shift[0]).all(dim=0).double().mean())
    )
