"""Networks that are compared: equally wide ones, and ones with equally many parameters."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

import torch
from torch import Tensor, nn

from convlab.memory import require
from convlab.models import MODELS, Shape, shrunk

WITHOUT_WIDTH = frozenset({"linear"})


def equally_wide(name: str, shape: Shape, channels: int) -> int:
    """The width at which a network is as wide as a cnn of so many channels.

    The hidden units of an mlp are then as many as the features that the cnn's last layer reads,
    2 channels ⌈H/4⌉ ⌈W/4⌉: that layer is the same in both, and only what feeds it differs. One
    unit per channel would be too narrow, one per output of the first stage too wide to compare.
    """
    return 2 * channels * prod(shrunk(shape[1:], 4)) if name == "mlp" else channels


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
