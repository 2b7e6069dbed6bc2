"""The named networks, as functions from an image's shape, its classes and a width to a module.

`cnn` is two stages of 3 x 3 convolution, ReLU and 2 x 2 maximum, of `width` and twice as many
channels, and a linear layer. `local` is its unshared counterpart, with the same shapes. `mlp` has
one hidden layer of `width` units, and `linear` none. All return one score per class (N, classes).
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, prod

from torch import nn

from .layers import LocallyConnected2d

Shape = tuple[int, int, int]  # of one image: channels, height, width
Size = tuple[int, int]
Build = Callable[[Shape, int, int], nn.Module]
Stage = Callable[[int, int, Size], nn.Module]  # channels in, channels out, size of the image
Head = Callable[[int, Size, int], nn.Module]  # channels, size, classes


def linear(shape: Shape, classes: int, width: int) -> nn.Module:
    """One weight per class and pixel; there is no hidden layer to be wide."""
    return nn.Sequential(nn.Flatten(), nn.Linear(prod(shape), classes))


def mlp(shape: Shape, classes: int, width: int) -> nn.Module:
    """One hidden layer of `width` units, each connected to every pixel."""
    hidden = nn.Linear(prod(shape), width)
    return nn.Sequential(nn.Flatten(), hidden, nn.ReLU(), nn.Linear(width, classes))


def flat_head(channels: int, size: Size, classes: int) -> nn.Module:
    """A linear layer that knows where each feature was seen."""
    return nn.Sequential(nn.Flatten(), nn.Linear(channels * prod(size), classes))


def mean_head(channels: int, size: Size, classes: int) -> nn.Module:
    """A linear layer on each channel's mean: images of any size, features of any place."""
    pooling = nn.AdaptiveAvgPool2d(1)
    return nn.Sequential(pooling, nn.Flatten(), nn.Linear(channels, classes))


def maximum_head(channels: int, size: Size, classes: int) -> nn.Module:
    """A linear layer on each channel's maximum: images of any size, features of any place."""
    pooling = nn.AdaptiveMaxPool2d(1)
    return nn.Sequential(pooling, nn.Flatten(), nn.Linear(channels, classes))


def cnn(shape: Shape, classes: int, width: int, head: Head = flat_head) -> nn.Module:
    """The same kernels at every position."""
    return _two_stages(shape, classes, width, _convolution, head)


def local(shape: Shape, classes: int, width: int, head: Head = flat_head) -> nn.Module:
    """Kernels and biases of their own at every position."""
    return _two_stages(shape, classes, width, _locally_connected, head)


MODELS: dict[str, Build] = {"linear": linear, "mlp": mlp, "cnn": cnn, "local": local}


def _two_stages(shape: Shape, classes: int, width: int, stage: Stage, head: Head) -> nn.Module:
    whole, half, quarter = (shrunk(shape[1:], part) for part in (1, 2, 4))
    return nn.Sequential(
        stage(shape[0], width, whole),
        nn.ReLU(),
        _halve(),
        stage(width, 2 * width, half),
        nn.ReLU(),
        _halve(),
        head(2 * width, quarter, classes),
    )


def shrunk(size: Size, part: int) -> Size:
    return ceil(size[0] / part), ceil(size[1] / part)


def _halve() -> nn.Module:
    return nn.MaxPool2d(2, ceil_mode=True)  # an odd last row counts: no image is too small


def _convolution(inputs: int, outputs: int, size: Size) -> nn.Module:
    return nn.Conv2d(inputs, outputs, 3, padding=1)


def _locally_connected(inputs: int, outputs: int, size: Size) -> nn.Module:
    return LocallyConnected2d(inputs, outputs, size, 3, padding=1)
