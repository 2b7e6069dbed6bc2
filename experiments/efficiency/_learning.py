"""How well a network learns a task: the accuracy by the number of images, and the losses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite, isnan, sqrt
from statistics import fmean, stdev

import torch
from torch import Tensor, nn
from torch.func import vmap
from torch.nn.functional import cross_entropy

from convlab.measure import Sample, Statistic
from convlab.settings import Training
from convlab.streams import Batch, Data, Draw, Stream, draw_all
from convlab.train import Networks, sample
from convlab.workbench import Workbench

from ._settings import HALF
from ._tasks import Task

Metric = Callable[[Tensor, Tensor], Tensor]
ALL_IMAGES = "all images"
MOST_SCORED = 1_000  # training images on which the train loss is taken
HELD_BACK = 5  # one in so many training images, where a learning rate is chosen


@dataclass(frozen=True)
class Trial:
    """A network that is to learn a task, and how it is trained."""

    name: str
    build: Callable[[], nn.Module]
    task: Task
    training: Training
    workbench: Workbench


@dataclass(frozen=True)
class Scores:
    """What the networks of a trial came to; the losses are those with all training images."""

    lr: float
    accuracy: dict[int, Sample]  # on the test images, in percent, by number of training images
    train_loss: Sample
    test_loss: Sample

    @property
    def test_accuracy(self) -> Sample:
        """That of the networks that learned from all images (%)."""
        *_, last = self.accuracy.values()
        return last


def learn(
    trial: Trial, counts: Iterable[int], lrs: Iterable[float], *, seeds: int, lr_seeds: int
) -> Scores:
    """Choose a learning rate, then train on the first so many images, and on all that there are.

    A number that is not less than all is left out.
    """
    everything = trial.task.count
    lr = choose_lr(trial, lrs, seeds=lr_seeds)
    train = images(trial, trial.task.training(slice(min(everything, MOST_SCORED))), seeds)
    test = images(trial, trial.task.test(), seeds)
    accuracy = {}
    for count in sorted({count for count in counts if count < everything} | {everything}):
        name = ALL_IMAGES if count == everything else f"{count} images"
        networks = _fit(trial, name, slice(count), lr, seeds)
        accuracy[count] = percent(trial, networks, test, count)
    varies = trial.task.varies(everything)
    train_loss, test_loss = (
        replace(score(networks, cross_entropy, each), varies=varies) for each in (train, test)
    )
    return Scores(lr, accuracy, train_loss, test_loss)


def learn_in_half_the_steps(trial: Trial, lr: float, seeds: int) -> Sample:
    """The test accuracy (%) from all images, by half the steps under a schedule of their own."""
    steps = max(1, trial.training.steps // 2)
    fewer = replace(trial, training=trial.training.model_copy(update={"steps": steps}))
    networks = _fit(fewer, f"{ALL_IMAGES}, {HALF}", slice(None), lr, seeds)
    return percent(fewer, networks, images(trial, trial.task.test(), seeds), trial.task.count)


def choose_lr(trial: Trial, lrs: Iterable[float], *, seeds: int) -> float:
    """The learning rate for a fifth of the training images, held back from the training."""
    count = trial.task.count
    first = count - max(1, count // HELD_BACK)  # of those that are held back
    held_back = images(trial, trial.task.training(slice(first, None)), seeds)

    def losses(lr: float) -> Sequence[float]:
        networks = _fit(trial, f"lr {lr:g}", slice(first), lr, seeds)
        return score(networks, cross_entropy, held_back).values

    return smallest_as_good({lr: losses(lr) for lr in lrs})


def smallest_as_good(losses: Mapping[float, Sequence[float]]) -> float:
    """The smallest rate whose mean loss is within one standard error of the least mean.

    The losses are given by rate and seed; that of a seed that diverged is infinite. Without this
    rule rounding alone would choose between rates that are as good, and the claims would follow.
    """
    finite = {lr: [inf if isnan(v) else v for v in values] for lr, values in losses.items()}
    means = {lr: fmean(values) for lr, values in finite.items()}
    best = min(means, key=lambda lr: means[lr])
    return min(lr for lr in means if means[lr] <= means[best] + _standard_error(finite[best]))


def _standard_error(values: Sequence[float]) -> float:
    """That of the mean; none where it cannot be known."""
    known = len(values) > 1 and all(map(isfinite, values))
    return stdev(values) / sqrt(len(values)) if known else 0.0


def images(trial: Trial, data: Data | Draw, seeds: int) -> Batch:
    """The images of each seed, on which its network is scored."""
    return draw_all(data, trial.workbench.seeds(seeds), Stream.DATA)


def percent(trial: Trial, networks: Networks, test: Batch, count: int) -> Sample:
    """The accuracy (%) of each seed that has learned from so many images.

    Where the splits of the seeds share images, the interval is the wider for it.
    """
    accuracy = score(networks, percent_correct, test, "mean")
    return replace(accuracy, varies=trial.task.varies(count), overlap=trial.task.overlap)


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
        trial.task.training(part),
        cross_entropy,
        seeds=seeds,
        training=trial.training.model_copy(update={"lr": lr}),
    )
