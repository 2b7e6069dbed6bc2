"""Linear prediction of one number from others, by least squares on sums of products.

The sums of each unit (a block, an image) are kept apart, so that those of any units are added up
at once: a filter is learned on some of them and tested on others.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import unfold

RIDGE = 1e-9  # of the mean square of what predicts: for what never varies, such as a digit's rim


def moments(values: Tensor) -> Tensor:
    """Sums of products (U, F + 1, F + 1) of values (U, F, N); the last is a constant 1."""
    values = torch.cat([values, torch.ones_like(values[:, :1])], dim=1)
    return values @ values.mT


def windows(images: Tensor, radius: int) -> Tensor:
    """All windows (U, (2 radius + 1)², N) that lie within images (U, H, W)."""
    return unfold(images[:, None], 2 * radius + 1)


def around(radius: int, within: int) -> list[int]:
    """Where in windows of radius `within` those pixels stand that are `radius` away at most.

    The pixel in the middle, which they are to predict, is left out.
    """
    side = 2 * within + 1
    near = range(within - radius, within + radius + 1)
    return [side * y + x for y in near for x in near if (y, x) != (within, within)]


def middle(within: int) -> int:
    return ((2 * within + 1) ** 2) // 2


def learned(moment: Tensor, target: int, known: Sequence[int]) -> Tensor:
    """The error's weights (F + 1,): 1 of the target, less those of what is known, and a bias."""
    used = [*known, len(moment) - 1]
    gram = moment[used][:, used]
    ridge = RIDGE * gram.diagonal().mean() * torch.eye(len(used), dtype=gram.dtype)
    weights = torch.zeros(len(moment), dtype=gram.dtype)
    weights[used] = -torch.linalg.solve(gram + ridge, moment[used, target])
    weights[target] = 1
    return weights


def squared_error(moment: Tensor, weights: Tensor) -> float:
    """The mean square of the error on the units of these sums."""
    return float(weights @ moment @ weights / moment[-1, -1])


def variance(moment: Tensor, target: int) -> float:
    """Of the target, about its mean on these units."""
    count, total = moment[-1, -1], moment[target, -1]
    return float(moment[target, target] / count - (total / count) ** 2)


def share_explained(moment: Tensor, target: int, weights: Tensor) -> float:
    """R²: 1 less the squared error over the variance."""
    return 1 - squared_error(moment, weights) / variance(moment, target)
