"""Networks that tell faces from what is none: by single parts, by the whole face, by place.

Each ends in two scores, of "no face" and "face". None has a `ReLU`: with one, half of the deep
networks of a pilot ceased to learn.
"""

from __future__ import annotations

from itertools import pairwise

from torch import nn

from convlab.layers import Capsules, Lengths, LocallyConnected2d, PrimaryCapsules
from convlab.models import flat_head, maximum_head

from ._faces import SIDE

SLOPE = 1 / 8  # of the negative side, a power of two: what is exact stays exact


def bag_of_parts(channels: int = 16, window: int = 5) -> nn.Module:
    """Sees windows that hold no two parts, and of each feature only the greatest anywhere."""
    return nn.Sequential(
        nn.Conv2d(1, channels, window, padding=window // 2, padding_mode="circular"),
        nn.LeakyReLU(SLOPE),
        nn.AdaptiveMaxPool2d(1),
        nn.Flatten(),
        nn.Linear(channels, channels),
        nn.LeakyReLU(SLOPE),
        nn.Linear(channels, 2),
    )


def deep(channels: int = 16, layers: int = 4) -> nn.Module:
    """Convolutions of which each sees more: windows of 4, 8, 16 and 24 pixels, and a face is 23.

    Circular, so that a face moved by 4 pixels, two strides, has the same scores.
    """
    widths = [1, channels // 2, *[channels] * (layers - 1)]
    stages: list[nn.Module] = []
    for layer, (before, after) in enumerate(pairwise(widths)):
        kernel, stride = (4, 2) if layer == 0 else (3, 2 if layer == 1 else 1)
        conv = nn.Conv2d(before, after, kernel, stride, 1, padding_mode="circular")
        nn.init.kaiming_normal_(conv.weight, SLOPE)
        stages += [conv, nn.LeakyReLU(SLOPE)]
    return nn.Sequential(*stages, maximum_head(widths[-1], (SIDE // 4, SIDE // 4), 2))


def local(channels: int = 8) -> nn.Module:
    """`flattened`, with a kernel for each position."""
    half, quarter = (SIDE // 2, SIDE // 2), (SIDE // 4, SIDE // 4)
    return nn.Sequential(
        LocallyConnected2d(1, channels // 2, SIDE, 4, 2, 1),
        nn.LeakyReLU(SLOPE),
        LocallyConnected2d(channels // 2, channels, half, 3, 2, 1),
        nn.LeakyReLU(SLOPE),
        flat_head(channels, quarter, 2),
    )


def flattened(channels: int = 16) -> nn.Module:
    """Two convolutions, and a head that reads every position of their maps."""
    return nn.Sequential(*_trunk(channels), flat_head(channels, (SIDE // 4, SIDE // 4), 2))


def capsules(channels: int = 16, features: int = 4, rounds: int = 3) -> nn.Module:
    """What `flattened` has below its head, capsules of its maps, and two that these agree on.

    The scores are the lengths of the two capsules. No image is reconstructed.
    """
    positions = (SIDE // 4) ** 2
    return nn.Sequential(
        *_trunk(channels),
        PrimaryCapsules(features),
        Capsules(channels // features * positions, 2, features, features, rounds),
        Lengths(),
    )


def _trunk(channels: int) -> list[nn.Module]:
    return [
        nn.Conv2d(1, channels // 2, 4, 2, 1),
        nn.LeakyReLU(SLOPE),
        nn.Conv2d(channels // 2, channels, 3, 2, 1),
        nn.LeakyReLU(SLOPE),
    ]
