"""How well a network learns a dataset: the accuracy by the number of images, and the losses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from math import inf, isnan
from statistics import fmean

import torch
from torch import Generator, Tensor, nn
from torch.func import vmap
from torch.nn.functional import cross_entropy

from convlab.data import Dataset, split
from convlab.measure import Sample, Statistic
from convlab.settings import Training
from convlab.streams import Batch, Data, Draw, Stream, draw_all
from convlab.train import Networks, sample
from convlab.workbench import Workbench

Metric = Callable[[Tensor, Tensor], Tensor]
ALL_IMAGES = "all images"
MOST_SCORED = 1_000  # training images on which the train loss is taken
HELD_BACK = 5  # one in so many training images, where a learning rate is chosen


def training_images(dataset: Dataset, part: slice = slice(None)) -> Draw:
    """Part of a seed's training images in a random order: its first 50 begin its first 100."""
    return partial(_draw_training_images, dataset, part)


def test_images(dataset: Dataset) -> Data | Draw:
    """The test images of each seed, or for all seeds those that are published as such."""
    if dataset.published_test:
        return _draw_test_images(dataset, Generator())
    return partial(_draw_test_images, dataset)


def training_count(dataset: Dataset) -> int:
    """How many training images a seed has; every split leaves as many."""
    return len(split(dataset, Generator())[0].y)


def _draw_training_images(dataset: Dataset, part: slice, generator: Generator) -> Data:
    train, _ = split(dataset, generator)
    chosen = torch.randperm(len(train.y), generator=generator)[part]
    return Data(train.x[chosen], train.y[chosen])


def _draw_test_images(dataset: Dataset, generator: Generator) -> Data:
    _, test = split(dataset, generator)
    return Data(test.x, test.y)


@dataclass(frozen=True)
class Trial:
    """A network that is to learn a dataset, and how it is trained."""

    name: str
    build: Callable[[], nn.Module]
    dataset: Dataset
    training: Training
    workbench: Workbench


@dataclass(frozen=True)
class Scores:
    """What the networks of a trial came to; the losses are those with all training images."""

    lr: float
    accuracy: dict[int, Sample]  # on the test images, in percent, by number of training images
    train_loss: Sample
    test_loss: Sample


def learn(
    trial: Trial, counts: Iterable[int], lrs: Iterable[float], *, seeds: int, lr_seeds: int
) -> Scores:
    """Choose a learning rate, then train on the first so many images, and on all that there are.

    A number that is not less than all is left out.
    """
    everything = training_count(trial.dataset)
    lr = choose_lr(trial, lrs, seeds=lr_seeds)
    test = draw_all(test_images(trial.dataset), range(seeds), Stream.DATA)
    train = draw_all(training_images(trial.dataset, slice(MOST_SCORED)), range(seeds), Stream.DATA)
    accuracy = {}
    for count in sorted({count for count in counts if count < everything} | {everything}):
        name = ALL_IMAGES if count == everything else f"{count} images"
        networks = _fit(trial, name, slice(count), lr, seeds)
        accuracy[count] = score(networks, percent_correct, test, "mean")
    train_loss, test_loss = (score(networks, cross_entropy, images) for images in (train, test))
    return Scores(lr, accuracy, train_loss, test_loss)


def choose_lr(trial: Trial, lrs: Iterable[float], *, seeds: int) -> float:
    """The learning rate of least mean loss on a fifth of the training images, held back."""
    count = training_count(trial.dataset)
    first = count - max(1, count // HELD_BACK)  # of those that are held back
    draw = training_images(trial.dataset, slice(first, None))
    images = draw_all(draw, range(seeds), Stream.DATA)

    def loss(lr: float) -> float:
        networks = _fit(trial, f"lr {lr:g}", slice(first), lr, seeds)
        losses = score(networks, cross_entropy, images).values
        return fmean(inf if isnan(value) else value for value in losses)

    return min(lrs, key=loss)


def score(
    networks: Networks, metric: Metric, images: Batch, statistic: Statistic = "median"
) -> Sample:
    """The metric of each seed on images of its own, or on those that all share."""
    outputs = networks.predict(images.x, own=images.own)
    values = vmap(metric, in_dims=(0, 0 if images.own else None))(outputs, images.y)
    return sample(values.masked_fill(networks.diverged, torch.nan), statistic)


def percent_correct(logits: Tensor, y: Tensor) -> Tensor:
    """The share of examples (N,) whose class has the highest of the logits (N, classes)."""
    return 100 * (logits.argmax(-1) == y).double().mean()


def _fit(trial: Trial, what: str, part: slice, lr: float, seeds: int) -> Networks:
    return trial.workbench.fit(
        f"{trial.name}, {what}",
        trial.build,
        training_images(trial.dataset, part),
        cross_entropy,
        seeds=seeds,
        training=trial.training.model_copy(update={"lr": lr}),
    )
