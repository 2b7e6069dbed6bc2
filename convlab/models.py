"""The named networks, as functions from an image's shape, its classes and a width to a module.

`cnn` is two stages of 3 x 3 convolution, ReLU and 2 x 2 maximum, of `width` and twice as many
channels, and a linear layer. `local` is its unshared counterpart, with the same shapes. `mlp` has
one hidden layer of `width` units, and `linear` none. All return one score per class (N, classes).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, prod

import torch
from torch import Tensor, nn

from .layers import LocallyConnected2d
from .memory import require

Shape = tuple[int, int, int]  # of one image: channels, height, width
Size = tuple[int, int]
Build = Callable[[Shape, int, int], nn.Module]
Stage = Callable[[int, int, Size], nn.Module]  # channels in, channels out, size of the image
Head = Callable[[int, Size, int], nn.Module]  # channels, size, classes

WITHOUT_WIDTH = frozenset({"linear"})


def linear(shape: Shape, classes: int, width: int) -> nn.Module:
    """One weight per class and pixel; there is no hidden layer to be wide."""
    return nn.Sequential(nn.Flatten(), nn.Linear(prod(shape), classes))


def mlp(shape: Shape, classes: int, width: int) -> nn.Module:
    """One hidden layer of `width` units, each connected to every pixel."""
    hidden = nn.Linear(prod(shape), width)
    return nn.Sequential(nn.Flatten(), hidden, nn.ReLU(), nn.Linear(width, classes))


def flattened(channels: int, size: Size, classes: int) -> nn.Module:
    """A linear layer that knows where each feature was seen."""
    return nn.Sequential(nn.Flatten(), nn.Linear(channels * prod(size), classes))


def averaged(channels: int, size: Size, classes: int) -> nn.Module:
    """A linear layer on each channel's mean: images of any size, features of any place."""
    pooling = nn.AdaptiveAvgPool2d(1)
    return nn.Sequential(pooling, nn.Flatten(), nn.Linear(channels, classes))


def strongest(channels: int, size: Size, classes: int) -> nn.Module:
    """A linear layer on each channel's maximum: images of any size, features of any place."""
    pooling = nn.AdaptiveMaxPool2d(1)
    return nn.Sequential(pooling, nn.Flatten(), nn.Linear(channels, classes))


def cnn(shape: Shape, classes: int, width: int, head: Head = flattened) -> nn.Module:
    """The same kernels at every position."""
    return _two_stages(shape, classes, width, _convolution, head)


def local(shape: Shape, classes: int, width: int, head: Head = flattened) -> nn.Module:
    """Kernels and biases of their own at every position."""
    return _two_stages(shape, classes, width, _locally_connected, head)


MODELS: dict[str, Build] = {"linear": linear, "mlp": mlp, "cnn": cnn, "local": local}
HEADS: dict[str, Head] = {"flatten": flattened, "average": averaged, "maximum": strongest}


def equally_wide(name: str, shape: Shape, channels: int) -> int:
    """The width at which a network is as wide as a cnn of so many channels.

    The hidden units of an mlp are then as many as the features that the cnn's last layer reads,
    2 channels ⌈H/4⌉ ⌈W/4⌉: that layer is the same in both, and only what feeds it differs. One
    unit per channel would be too narrow, one per output of the first stage too wide to compare.
    """
    return 2 * channels * prod(_shrunk(shape[1:], 4)) if name == "mlp" else channels


@dataclass(frozen=True)
class Architecture:
    """A named network of one width, for images of one shape; nothing is built yet."""

    name: str
    shape: Shape
    classes: int
    width: int

    @property
    def label(self) -> str:
        return " ".join(map(str, self.factors.values())).removesuffix(" –")

    @property
    def factors(self) -> dict[str, str | int]:
        """Name and width, for a row of a table; a dash where there is no width."""
        return {"model": self.name, "width": "–" if self.name in WITHOUT_WIDTH else self.width}

    @property
    def parameters(self) -> int:
        return parameters(self.name, self.shape, self.classes, self.width)

    def build(self) -> nn.Module:
        return MODELS[self.name](self.shape, self.classes, self.width)

    def matched(self, count: int) -> Architecture:
        """This one at the width nearest to `count` parameters; itself if it has no width."""
        if self.name in WITHOUT_WIDTH:
            return self
        return replace(self, width=matched(self.name, self.shape, self.classes, count))


def parameters(name: str, shape: Shape, classes: int, width: int) -> int:
    """How many parameters the network has; none of them is allocated."""
    with torch.device("meta"):
        return sum(p.numel() for p in MODELS[name](shape, classes, width).parameters())


def matched(name: str, shape: Shape, classes: int, count: int) -> int:
    """The width of at least 1 at which the network has as nearly `count` parameters as it can.

    Raises ValueError for a network without a width.
    """
    if name in WITHOUT_WIDTH:
        raise ValueError(f"{name} has no width, so it cannot be given {count:,} parameters")

    def counted(width: int) -> int:
        return parameters(name, shape, classes, width)

    most = 1
    while counted(most) < count:
        most *= 2
    enough = bisect_left(range(1, most + 1), count, key=counted) + 1  # the first with so many
    return min(max(1, enough - 1), enough, key=lambda width: abs(counted(width) - count))


def contenders(
    names: Sequence[str], images: Tensor, classes: int, channels: int
) -> dict[tuple[str, str], Architecture]:
    """Each network twice: as ("width", name), as wide as a cnn of so many channels, and as
    ("parameters", name), with as many parameters as the first of these or as nearly as it can.

    Raises NotEnoughMemory where the weights of one, their gradients and Adam's two moments would
    not fit. images is (N, C, H, W).
    """
    shape = images.shape[1], images.shape[2], images.shape[3]
    wide = [Architecture(n, shape, classes, equally_wide(n, shape, channels)) for n in names]
    matched = [arm.matched(wide[0].parameters) for arm in wide]
    for arm in wide + matched:
        require(16 * arm.parameters, f"training {arm.label}")
    return {("width", arm.name): arm for arm in wide} | {
        ("parameters", arm.name): arm for arm in matched
    }


def _two_stages(shape: Shape, classes: int, width: int, stage: Stage, head: Head) -> nn.Module:
    whole, half, quarter = (_shrunk(shape[1:], part) for part in (1, 2, 4))
    return nn.Sequential(
        stage(shape[0], width, whole),
        nn.ReLU(),
        _halved(),
        stage(width, 2 * width, half),
        nn.ReLU(),
        _halved(),
        head(2 * width, quarter, classes),
    )


def _shrunk(size: Size, part: int) -> Size:
    return ceil(size[0] / part), ceil(size[1] / part)


def _halved() -> nn.Module:
    return nn.MaxPool2d(2, ceil_mode=True)  # an odd last row counts: no image is too small


def _convolution(inputs: int, outputs: int, size: Size) -> nn.Module:
    return nn.Conv2d(inputs, outputs, 3, padding=1)


def _locally_connected(inputs: int, outputs: int, size: Size) -> nn.Module:
    return LocallyConnected2d(inputs, outputs, size, 3, padding=1)
