"""The arms of a comparison: networks equally wide, and networks with equally many parameters."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from math import prod
from pathlib import Path
from traceback import extract_tb

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from convlab.errors import UsageError
from convlab.measure import number
from convlab.memory import guard, require
from convlab.models import MODELS, Shape, shrunk

Make = Callable[[], nn.Module]
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
    """A model of one width, for images of one shape; nothing is built yet.

    A network of the user's own has the width that its function gives it, and is built by that.
    """

    model: str
    shape: Shape
    classes: int
    width: int
    own: Make | None = field(default=None, compare=False)

    @property
    def has_width(self) -> bool:
        return not self.own and self.model not in WITHOUT_WIDTH

    @property
    def label(self) -> str:
        return " ".join(map(str, self.factors.values())).removesuffix(f" {NO_WIDTH}")

    @property
    def factors(self) -> dict[str, str | int]:
        """Arm and width, for a row of a table; a dash where there is no width."""
        width = self.width if self.has_width else NO_WIDTH
        return {"arm": self.model, "width": width}

    @property
    def parameters(self) -> int:
        if self.own:
            return sum(p.numel() for p in self.own().parameters())
        return parameter_count(self.model, self.shape, self.classes, self.width)

    def build(self) -> nn.Module:
        return self.own() if self.own else MODELS[self.model](self.shape, self.classes, self.width)

    def with_parameters(self, count: int) -> Architecture:
        """This one at the width nearest to `count` parameters; itself if it has no width."""
        if not self.has_width:
            return self
        return replace(self, width=matching_width(self.model, self.shape, self.classes, count))


def check_scores(model: str, make: Make, images: Tensor, classes: int) -> None:
    """Raise UsageError if the network cannot be trained to tell these classes of images apart."""
    with errors_of(model):
        network, again = make(), make()
    if network is again:
        raise UsageError(
            f"{model} is one network, and every seed trains another: name a function or a class "
            "that makes a new one at each call"
        )
    given = f"for {images.dtype} images of {tuple(images.shape)}"
    with errors_of(model, f"raised by {model} {given}"), torch.no_grad():
        scores = network(images)
    found = tuple(scores.shape) if isinstance(scores, Tensor) else type(scores).__name__
    if found != (wanted := (len(images), classes)):
        raise UsageError(
            f"{model} answers {found} to {len(images)} images; to be compared, it should give one "
            f"score for each of the {classes} classes: {wanted}"
        )
    if not any(each.requires_grad for each in network.parameters()):
        raise UsageError(f"{model} has nothing to train: no parameter that takes a gradient")


def initialized(make: Make, shape: Shape) -> nn.Module:
    """A new network; if layers of it are lazy, they have seen an image, and have their sizes."""
    network = make()
    if any(map(is_lazy, [*network.parameters(), *network.buffers()])):
        training = network.training
        with torch.no_grad():
            network.eval()(torch.zeros(1, *shape))
        network.train(training)
    return network


@contextmanager
def errors_of(model: str, note: str = "") -> Iterator[None]:
    """Raise what a network of the user's own raises as a UsageError with his file and its line."""
    try:
        with guard():
            yield
    except UsageError:
        raise
    except Exception as error:
        usage = UsageError(account(model, error))
        for each in [*getattr(error, "__notes__", ()), *filter(None, [note])]:
            usage.add_note(each)
        raise usage from error


def account(model: str, error: BaseException) -> str:
    """What went wrong in one line, with the last line that ran of the file of FILE.py:NAME.

    The model stands for the line where the error is in no line of the file.
    """
    place, _, _ = model.rpartition(":")
    if isinstance(error, SyntaxError):  # of the file, or of one that it imports
        name = error.filename or ""
        other = name if Path(name).is_file() and Path(name).resolve() != _file(place) else place
        return f"{other}:{error.lineno or 1}: {type(error).__name__}: {error.msg}"
    within = [*extract_tb(error.__traceback__)]
    if error.__cause__:  # a call of sys.exit, say
        within += extract_tb(error.__cause__.__traceback__)
    lines = [each.lineno for each in within if Path(each.filename) == _file(place)]
    where = f"{place}:{lines[-1]}" if lines else model
    return f"{where}: {type(error).__name__}: {' '.join(str(error).split())}"


def _file(place: str) -> Path | None:
    """The file of FILE.py or of PACKAGE.MODULE, where that is imported."""
    if place.endswith(".py"):
        return Path(place).resolve()
    file = getattr(sys.modules.get(place), "__file__", None)
    return Path(file) if file else None


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
    models: Sequence[str],
    images: Tensor,
    classes: int,
    channels: int,
    find: Callable[[str], Make | None] = lambda model: None,
) -> dict[tuple[str, str], Architecture]:
    """Each model twice: as ("width", model), as wide as a cnn of so many channels, and as
    ("parameters", model), with as many parameters as the first of these or as nearly as it can.

    A model that is none of convlab's is what `find` makes of its name. Raises NotEnoughMemory
    where the weights of one, their gradients and Adam's two moments would not fit, and UsageError
    for an own network that fails, that has nothing to train, or that gives these images
    (N, C, H, W) no score for each class.
    """
    shape = images.shape[1], images.shape[2], images.shape[3]
    own: dict[str, Make] = {}
    for model in models:
        if model not in MODELS:
            with errors_of(model):
                make = find(model)
            if make:
                own[model] = partial(initialized, make, shape)
    for model, make in own.items():
        check_scores(model, make, images[:2], classes)
    wide = [
        Architecture(m, shape, classes, equal_width(m, shape, channels), own.get(m))
        for m in models
    ]
    large = [each.with_parameters(wide[0].parameters) for each in wide]
    for each in wide + large:
        require(16 * each.parameters, f"training {each.label}")
    return {("width", each.model): each for each in wide} | {
        ("parameters", each.model): each for each in large
    }
