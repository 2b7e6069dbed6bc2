"""What share of its maxima max-pooling keeps when its input moves."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d


def unchanged(image: Tensor, k: int) -> float:
    """The share of k x k windows that keep their maximum when the image (H, W) moves by a pixel.

    The windows lie at every pixel, so that what moves into one was in its neighbour.
    """
    maxima = max_pool2d(image[None], k, stride=1)
    return float((maxima[..., 1:] == maxima[..., :-1]).double().mean())


def spike_unchanged(k: int, shift: tuple[int, int]) -> float:
    """The share of positions from which a bright pixel moves and is pooled, at stride k, alike."""
    side = 3 * k
    images = torch.eye(side**2).view(-1, 1, side, side)  # one for each position
    before, after = (max_pool2d(each, k) for each in (images, images.roll(shift, dims=(2, 3))))
    return float((before == after).flatten(1).all(dim=1).double().mean())
