"""Networks that learned the same digits from different training sets, and how far they differ."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Generator, Tensor
from torch.nn.functional import cross_entropy, one_hot

from convlab.data import Dataset, load
from convlab.measure import Sample
from convlab.settings import Training
from convlab.streams import Data, Stream, draw_all
from convlab.train import Networks, sample
from convlab.workbench import Workbench

from ._contenders import Architecture
from ._variance_names import BIAS, BRIER, NEW, OTHERWISE, OWN, VARIANCE

TESTED = 597  # digits that are in no training set


@dataclass(frozen=True)
class Digits:
    """The digits of which training sets are drawn, and those that all networks are tested on."""

    pool: Data
    test: Data

    def training(self, count: int, generator: Generator) -> Data:
        """A seed's training set: so many of the pool."""
        chosen = torch.randperm(len(self.pool.y), generator=generator)[:count]
        return Data(self.pool.x[chosen], self.pool.y[chosen])


def digits_of(workbench: Workbench, *, shuffled: bool) -> Digits:
    """The same split for all networks of a run; `shuffled`: all pixels in one other order."""
    digits: Dataset = load("digits")
    order = torch.randperm(len(digits.y), generator=workbench.generator(Stream.SPLIT))
    pixels = torch.randperm(64, generator=workbench.generator(Stream.NOISE))
    x = digits.x.flatten(2)[:, :, pixels].view_as(digits.x) if shuffled else digits.x
    test, pool = order[:TESTED], order[TESTED:]
    return Digits(Data(x[pool], digits.y[pool]), Data(x[test], digits.y[test]))


def fit(
    workbench: Workbench,
    name: str,
    arm: Architecture,
    digits: Digits,
    count: int,
    sets: int,
    training: Training,
) -> Networks:
    """One network for each training set."""
    draw = partial(digits.training, count)
    return workbench.fit(name, arm.build, draw, cross_entropy, seeds=sets, training=training)


def scored(networks: Networks, digits: Digits, count: int) -> tuple[dict[str, Sample], ...]:
    """The Brier score and its parts; and how many digits are named right, and unlike most."""
    given, y = networks.predict(digits.test.x).double().softmax(dim=-1), digits.test.y
    own = draw_all(partial(digits.training, count), networks.seeds, Stream.DATA)
    shares = {
        OWN: _percent_right(networks.predict(own.x, own=True), own.y),
        NEW: _percent_right(given, y),
        OTHERWISE: disagreement(given),
    }
    parts = dict(zip((BRIER, BIAS, VARIANCE), decomposed(given, y), strict=True))
    return tuple(
        {name: sample(each, "mean", "weights and data") for name, each in values.items()}
        for values in (parts, shares)
    )


def decomposed(given: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The Brier score, the squared bias and the variance, each (S,), of probabilities (S, N, K).

    A network's variance is its squared distance from the mean of all, times S / (S - 1), so that
    the mean over networks is unbiased. The bias is what remains of the score: its mean over
    networks is the squared distance of the mean from the right class, less the variance of that
    mean.
    """
    right, sets = one_hot(y, given.shape[-1]), len(given)
    score = (given - right).square().sum(dim=-1).mean(dim=1)
    from_mean = (given - given.mean(dim=0)).square().sum(dim=-1).mean(dim=1)
    variance = from_mean * sets / (sets - 1)
    return score, score - variance, variance


def disagreement(given: Tensor) -> Tensor:
    """The share (%) of digits, (S,), that get another class than most networks give them."""
    named = given.argmax(dim=-1)
    return 100 * (named != named.mode(dim=0).values).double().mean(dim=1)


def _percent_right(answers: Tensor, y: Tensor) -> Tensor:
    return 100 * (answers.argmax(dim=-1) == y).double().mean(dim=1)
