"""Labelled images, and their split into what is trained on and what is held out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Generator, Tensor

from ..errors import UsageError
from ..foreign import printable
from ..numbers import number

MOST_NAMED = 10  # classes in one line


@dataclass(frozen=True)
class Dataset:
    """Images (N, C, H, W) in [0, 1] and the indices (N,) of their classes."""

    name: str
    x: Tensor
    y: Tensor
    classes: tuple[str, ...]
    published_test: int = 0  # so many of the last examples are the published test set
    notes: tuple[str, ...] = ()


def split(dataset: Dataset, generator: Generator, share: float = 0.2) -> tuple[Dataset, Dataset]:
    """What to train on and what to test on, each in the dataset's order.

    A published test set is kept and nothing is drawn. Otherwise `share` of every class is drawn
    for the test, rounded, but at least one example. Raises UsageError where a class has only one.
    """
    if dataset.published_test:
        held_out = torch.arange(len(dataset.y)) >= len(dataset.y) - dataset.published_test
    else:
        held_out = _draw(dataset, generator, share)
    return _part(dataset, ~held_out), _part(dataset, held_out)


def contents(dataset: Dataset) -> str:
    """How many images of which classes, in a line: the first ten classes by name."""
    counts = dataset.y.bincount(minlength=len(dataset.classes)).tolist()
    named = [
        f"{printable(name)} ({number(count)})"
        for name, count in zip(dataset.classes, counts, strict=True)
    ]
    more = [f"and {number(len(named) - MOST_NAMED)} more"] if len(named) > MOST_NAMED else []
    total, test = len(dataset.y), dataset.published_test
    parts = f", {number(total - test)} to train on and {number(test)} to test on" if test else ""
    return f"{number(total)} images{parts}, of {number(len(named))} classes: " + ", ".join(
        [*named[:MOST_NAMED], *more]
    )


def check(dataset: Dataset) -> None:
    """Raise UsageError unless there are two classes to train on, and no other to test on."""
    first = len(dataset.y) - dataset.published_test
    seen = set(dataset.y[:first].tolist())
    if len(seen) < 2:
        only = ", ".join(printable(dataset.classes[label]) for label in seen)
        raise UsageError(
            f"{printable(dataset.name)}: only the class {only!r} to train on; two are needed"
        )
    if unseen := sorted(set(dataset.y[first:].tolist()) - seen):
        names = ", ".join(printable(dataset.classes[label]) for label in unseen[:MOST_NAMED])
        raise UsageError(
            f"{printable(dataset.name)}: in the test set only, none to train on: {names}; add "
            "some, or leave them out of the test set"
        )


def _draw(dataset: Dataset, generator: Generator, share: float) -> Tensor:
    """A mask (N,) over the test examples: in a random order, the first few of each class."""
    counts = dataset.y.bincount(minlength=len(dataset.classes))
    if alone := (counts == 1).nonzero().flatten().tolist():
        name = printable(dataset.classes[alone[0]])
        raise UsageError(
            f"{printable(dataset.name)}: class {name!r} has a single image, "
            "and a split needs two; add one"
        )
    quota = (counts * share).round().clamp(min=1).minimum(counts - 1)
    order = torch.randperm(len(dataset.y), generator=generator)
    order = order[dataset.y[order].argsort(stable=True)]  # class by class, random within
    first = counts.cumsum(0) - counts  # where each class begins in that order
    label = dataset.y[order]
    rank = torch.arange(len(order)) - first[label]
    return torch.zeros_like(order, dtype=torch.bool).scatter(0, order, rank < quota[label])


def _part(dataset: Dataset, chosen: Tensor) -> Dataset:
    return replace(dataset, x=dataset.x[chosen], y=dataset.y[chosen], published_test=0)
