"""Which layers fit given images and their edges: all that agree on what the images span.

Images are (N, H, W), and edges what current minus left pixel gives, (N, H * (W - 1)).
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

PRIME = 2**31 - 1  # whole numbers are counted modulo it: a rank can only come out too small
GREYS = 256


def whole_images(count: int, side: int, generator: Generator) -> Tensor:
    """White noise of 256 greys, as whole numbers."""
    return torch.randint(GREYS, (count, side, side), generator=generator)


def noise(count: int, side: int, generator: Generator) -> Tensor:
    """Gaussian white noise."""
    return torch.randn(count, side, side, generator=generator, dtype=torch.float64)


def edges(images: Tensor) -> Tensor:
    return (images[..., 1:] - images[..., :-1]).flatten(1)


def pixels(images: Tensor) -> Tensor:
    """The unknowns of one output of a dense layer are a weight per pixel: (N, H * W)."""
    return images.flatten(1)


def windows(images: Tensor) -> Tensor:
    """The unknowns of a kernel of 1 x 2 are two, and every window is an equation: (N', 2)."""
    return images.unfold(2, 2, 1).flatten(0, 2)


def rank(rows: Tensor) -> int:
    """By elimination modulo a prime, without rounding: the rank, or less; if full, the rank."""
    left: NDArray[np.int64] = rows.numpy().astype(np.int64) % PRIME
    found = 0
    for column in range(left.shape[1]):
        candidates = np.flatnonzero(left[found:, column])
        if not len(candidates):
            continue
        pivot = found + candidates[0]
        left[[found, pivot]] = left[[pivot, found]]
        left[found] = left[found] * pow(int(left[found, column]), -1, PRIME) % PRIME
        below = left[found + 1 :]
        below -= below[:, column : column + 1] * left[found] % PRIME
        below %= PRIME
        found += 1
        if found == len(left):
            break
    return found


def missed(known: Tensor, new: Tensor) -> float:
    """The share of the edges of new images (squared) that the least dense layer which fits misses.

    That layer is 0 on all that the known images do not span, and so is what it knows of a new one.
    """
    flat, basis = pixels(new), torch.linalg.qr(pixels(known).T)[0]  # (d, 0) of no image
    seen = flat @ basis @ basis.T
    rest = edges((flat - seen).view_as(new))
    return float(rest.square().sum() / edges(new).square().sum())
