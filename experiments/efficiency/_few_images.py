"""Digits of which a network sees only a few of each class, and the networks that learn them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Generator
from torch.nn.functional import cross_entropy

from convlab.data import load
from convlab.measure import Sample
from convlab.models import Shape
from convlab.settings import Training
from convlab.streams import Data, Draw, Stream, draw_all, draw_each
from convlab.workbench import Workbench

from ._contenders import Architecture
from ._learning import percent_correct, score
from ._reference import support_vectors
from ._tasks import Task, other_writers

SHAPE: Shape = (1, 8, 8)
CLASSES = 10


@dataclass(frozen=True)
class Few:
    """So many digits of each class to learn from, and all that are held out to be tested on.

    Random splits share images: `overlap` is the number of test images per training image.
    """

    task: Task
    overlap: float

    def training(self, per_class: int) -> Draw:
        """The first of each class in a seed's random order: its first 3 begin its first 10."""
        return partial(self._training, per_class)

    def _training(self, per_class: int, generator: Generator) -> Data:
        return first_of_each_class(self.task.training()(generator), per_class)


def few(*, writers: bool, shuffled: bool) -> Few:
    """The digits of a random split, or of the first writers; their pixels in order or not."""
    digits = load("digits")
    dataset = other_writers(digits) if writers else digits
    return Few(Task(dataset, shuffled=shuffled), Task(dataset).overlap)


def first_of_each_class(data: Data, per_class: int) -> Data:
    """So many of each class, in the order in which they stand."""
    order = data.y.argsort(stable=True)  # class by class
    counts = data.y.bincount()
    rank = torch.arange(len(order)) - (counts.cumsum(0) - counts)[data.y[order]]
    chosen = order[rank < per_class].sort().values
    return Data(data.x[chosen], data.y[chosen])


def architectures(channels: int) -> dict[str, Architecture]:
    """A CNN of so many channels, an MLP with as many parameters, and no hidden layer at all."""
    cnn = Architecture("cnn", SHAPE, CLASSES, channels)
    mlp = Architecture("mlp", SHAPE, CLASSES, 1).with_parameters(cnn.parameters)
    return {each.model: each for each in (cnn, mlp, Architecture("linear", SHAPE, CLASSES, 1))}


@dataclass(frozen=True)
class Learner:
    """By whom and how often networks are trained."""

    workbench: Workbench
    seeds: int
    training: Training

    def accuracies(
        self, name: str, arm: Architecture, images: Few, per_class: Iterable[int]
    ) -> dict[int, Sample]:
        """The accuracy (%) on held-out digits, by the number of training images of each class."""
        test = draw_all(images.task.test(), self.workbench.seeds(self.seeds), Stream.DATA)
        accuracies = {}
        for count in per_class:
            networks = self.workbench.fit(
                f"{name}, {count} per class",
                arm.build,
                images.training(count),
                cross_entropy,
                seeds=self.seeds,
                training=self.training,
            )
            found = score(networks, percent_correct, test, "mean")
            accuracies[count] = replace(found, varies="weights and data", overlap=images.overlap)
        return accuracies

    def machines(self, images: Few, per_class: Iterable[int]) -> dict[int, Sample]:
        """The same of a support vector machine, which has no weights to draw."""
        seeds = self.workbench.seeds(self.seeds)
        test = draw_each(images.task.test(), seeds, Stream.DATA)
        found = {}
        for count in per_class:
            train = draw_each(images.training(count), seeds, Stream.DATA)
            values = tuple(map(support_vectors, train, test))
            found[count] = Sample(values, "mean", "data", images.overlap)
        return found


def mean_of(accuracies: Iterable[Sample]) -> Sample:
    """Of each seed the mean over the numbers of images: the area under its learning curve."""
    each = list(accuracies)
    by_seed = zip(*(sample.values for sample in each), strict=True)
    return replace(each[0], values=tuple(sum(values) / len(each) for values in by_seed))
