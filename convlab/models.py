"""The named networks, as functions from an image's shape, its classes and a width to a module.

`cnn` is two stages of 3 x 3 convolution, ReLU and 2 x 2 maximum, of `width` and twice as many
channels, and a linear layer. `local` is its unshared counterpart, with the same shapes. `mlp` has
one hidden layer of `width` units, and `linear` none. `cnn-gap` and `cnn-gmp` end in the mean and
the maximum of each map in place of all its positions. `bag-of-parts` sees 5 x 5 pixels at a time
and the greatest of each of `width` features anywhere; `capsule` has `width` capsules of 4 features
at each position, and one of 8 for each class. All return one score per class (N, classes).
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, prod

from torch import nn

from .layers import Capsules, Lengths, LocallyConnected2d, PrimaryCapsules

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


def cnn_gap(shape: Shape, classes: int, width: int) -> nn.Module:
    """A cnn that ends in the mean of each map: what it sees may stand anywhere."""
    return cnn(shape, classes, width, mean_head)


def cnn_gmp(shape: Shape, classes: int, width: int) -> nn.Module:
    """A cnn that ends in the maximum of each map: what it sees may stand anywhere."""
    return cnn(shape, classes, width, maximum_head)


def local(shape: Shape, classes: int, width: int, head: Head = flat_head) -> nn.Module:
    """Kernels and biases of their own at every position."""
    return _two_stages(shape, classes, width, _locally_connected, head)


def bag_of_parts(shape: Shape, classes: int, width: int) -> nn.Module:
    """Features of windows of 5 x 5 pixels, wherever they are; a hidden layer combines them."""
    first, pooling = nn.Conv2d(shape[0], width, 5, padding=2), nn.AdaptiveMaxPool2d(1)
    combined = nn.Linear(width, width), nn.ReLU(), nn.Linear(width, classes)
    return nn.Sequential(first, nn.ReLU(), pooling, nn.Flatten(), *combined)


def capsule(shape: Shape, classes: int, width: int) -> nn.Module:
    """Two convolutions, capsules of their maps and of classes, and a linear layer on lengths."""
    first = nn.Conv2d(shape[0], width, 3, padding=1)
    second = nn.Conv2d(width, 4 * width, 3, padding=1)
    inputs = width * prod(shrunk(shape[1:], 4))
    capsules = PrimaryCapsules(4), Capsules(inputs, classes, 4, 8), Lengths()
    below = first, nn.ReLU(), _halve(), second, _halve()
    return nn.Sequential(*below, *capsules, nn.Linear(classes, classes))


MODELS: dict[str, Build] = {
    "linear": linear,
    "mlp": mlp,
    "cnn": cnn,
    "cnn-gap": cnn_gap,
    "cnn-gmp": cnn_gmp,
    "bag-of-parts": bag_of_parts,
    "capsule": capsule,
    "local": local,
}


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
