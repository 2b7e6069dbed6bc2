"""Images with a patch planted somewhere, one patch for each of two classes, and kernels beside it.

Each seed has patches of its own, the first that its data stream draws. Images are (N, 1, SIDE,
SIDE), with noise at every pixel; kernels and patches are (S, K, P, P) and (S, 2, P, P).
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor
from torch.nn.functional import conv2d

from convlab.streams import Data, Draw

SIDE, PATCH, CLASSES = 16, 5, 2  # pixels along a side, and along a patch's
NOISE = 0.5  # the standard deviation of a pixel, where those of a patch have 1
PLACES = SIDE - PATCH + 1  # along a side


def patches(generator: Generator) -> Tensor:
    """(2, P, P), both of mean 0 and variance 1: neither brightness nor contrast tells them."""
    drawn = torch.randn(CLASSES, PATCH, PATCH, generator=generator)
    centred = drawn - drawn.mean(dim=(1, 2), keepdim=True)
    return centred / centred.square().mean(dim=(1, 2), keepdim=True).sqrt()


def planted(each: Tensor, count: int, generator: Generator) -> Data:
    """`count` images, half of either class, with its patch at any place."""
    y = torch.arange(count) % CLASSES
    x = NOISE * torch.randn(count, SIDE, SIDE, generator=generator)
    top, left = (torch.randint(PLACES, (count,), generator=generator) for _ in range(2))
    pixel = torch.arange(PATCH)
    rows, columns = top[:, None, None] + pixel[:, None], left[:, None, None] + pixel
    x[torch.arange(count)[:, None, None], rows, columns] += each[y]
    return Data(x.unsqueeze(1), y)


def lesson(count: int, *, wrong_labels: bool = False) -> Draw:
    """A seed's patches and images; with wrong labels, each has that of another image."""

    def draw(generator: Generator) -> Data:
        images = planted(patches(generator), count, generator)
        if not wrong_labels:
            return images
        return Data(images.x, images.y[torch.randperm(count, generator=generator)])

    return draw


def cosines(kernels: Tensor, each: Tensor) -> Tensor:
    """(S, 2): the greatest cosine that a kernel of (S, K, P, P) has with each patch."""
    one, other = (unit(part).flatten(2) for part in (kernels, each))
    return torch.amax(one @ other.transpose(1, 2), dim=1)


def shifted_cosines(kernels: Tensor, each: Tensor) -> Tensor:
    """As `cosines`, where a kernel may be off by pixels: what it then lacks counts as 0."""
    pairs = zip(unit(kernels), unit(each), strict=True)
    every = [
        conv2d(own.unsqueeze(1), patch.unsqueeze(1), padding=PATCH - 1) for own, patch in pairs
    ]
    return torch.stack([found.amax(dim=(0, 2, 3)) for found in every])


def unit(parts: Tensor) -> Tensor:
    """(S, N, P, P), each of norm 1."""
    norm: Tensor = torch.linalg.vector_norm(parts, dim=(2, 3), keepdim=True)
    return parts / norm


def areas_under_curve(scores: Tensor, y: Tensor) -> Tensor:
    """Of each column (N, K), how often an image of class 1 has a higher score than one of class 0.

    By the sum of ranks; equal scores have their mean rank.
    """
    columns = scores.T.contiguous()  # (K, N)
    order = columns.sort(dim=1).values
    low, high = (torch.searchsorted(order, columns, right=right) for right in (False, True))
    ranks = (low + high + 1).T.double() / 2
    ones, zeros = int((y == 1).sum()), int((y == 0).sum())
    return (ranks[y == 1].sum(dim=0) - ones * (ones + 1) / 2) / (ones * zeros)
