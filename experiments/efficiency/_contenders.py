"""The arms of a comparison: networks equally wide, and networks with equally many parameters."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

import torch
from torch import Tensor, nn

from convlab.measure import number
from convlab.memory import require
from convlab.models import MODELS, Shape, shrunk

WITHOUT_WIDTH = frozenset({"linear"})
NO_WIDTH = "–"


def equal_width(model: str, shape: Shape, channels: int) -> int:
    """The width at which a model is as wide as a cnn of so many channels.

    The hidden units of an mlp are then as many as the features that the cnn's last layer reads,
    2 channels ⌈H/4⌉ ⌈W/4⌉: that layer is the same in both, and only what feeds it differs. One
    unit per channel would be too narrow, one per output of the first stage too wide to compare.
    """
    return 2 * channels * prod(shrunk(shape[1:], 4)) if model == "mlp" else channels


@dataclass(frozen=True)
class Architecture:
    """A model of one width, for images of one shape; nothing is built yet."""

    model: str
    shape: Shape
    classes: int
    width: int

    @property
    def label(self) -> str:
        return " ".join(map(str, self.factors.values())).removesuffix(f" {NO_WIDTH}")

    @property
    def factors(self) -> dict[str, str | int]:
        """Arm and width, for a row of a table; a dash where there is no width."""
        width = NO_WIDTH if self.model in WITHOUT_WIDTH else self.width
        return {"arm": self.model, "width": width}

    @property
    def parameters(self) -> int:
        return parameter_count(self.model, self.shape, self.classes, self.width)

    def build(self) -> nn.Module:
        return MODELS[self.model](self.shape, self.classes, self.width)

    def with_parameters(self, count: int) -> Architecture:
        """This one at the width nearest to `count` parameters; itself if it has no width."""
        if self.model in WITHOUT_WIDTH:
            return self
        return replace(self, width=matching_width(self.model, self.shape, self.classes, count))


def parameter_count(model: str, shape: Shape, classes: int, width: int) -> int:
    """How many parameters the network has; none of them is allocated."""
    with torch.device("meta"):
        return sum(p.numel() for p in MODELS[model](shape, classes, width).parameters())


def matching_width(model: str, shape: Shape, classes: int, count: int) -> int:
    """The width of at least 1 at which the network has as nearly `count` parameters as it can.

    Raises ValueError for a model without a width.
    """
    if model in WITHOUT_WIDTH:
        raise ValueError(f"{model} has no width, so it cannot be given {number(count)} parameters")

    def count_at(width: int) -> int:
        return parameter_count(model, shape, classes, width)

    most = 1
    while count_at(most) < count:
        most *= 2
    enough = bisect_left(range(1, most + 1), count, key=count_at) + 1  # the first with so many
    return min(max(1, enough - 1), enough, key=lambda width: abs(count_at(width) - count))


def contenders(
    models: Sequence[str], images: Tensor, classes: int, channels: int
) -> dict[tuple[str, str], Architecture]:
    """Each model twice: as ("width", model), as wide as a cnn of so many channels, and as
    ("parameters", model), with as many parameters as the first of these or as nearly as it can.

    Raises NotEnoughMemory where the weights of one, their gradients and Adam's two moments would
    not fit. images is (N, C, H, W).
    """
    shape = images.shape[1], images.shape[2], images.shape[3]
    wide = [Architecture(m, shape, classes, equal_width(m, shape, channels)) for m in models]
    large = [each.with_parameters(wide[0].parameters) for each in wide]
    for each in wide + large:
        require(16 * each.parameters, f"training {each.label}")
    return {("width", each.model): each for each in wide} | {
        ("parameters", each.model): each for each in large
    }
