"""The images on which a seed's network is trained and tested, as draws for `train.fit`.

Both come from one generator, that of Stream.DATA: what it has not drawn for training is tested on.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Generator

from ..data import Dataset, split
from ..streams import Data, Draw


def training(dataset: Dataset, part: slice = slice(None)) -> Draw:
    """Part of a seed's training images in a random order: its first 50 begin its first 100."""
    return partial(_training, dataset, part)


def testing(dataset: Dataset) -> Data | Draw:
    """The test images of each seed, or for all seeds those that are published as such."""
    if dataset.published_test:
        return _testing(dataset, Generator())
    return partial(_testing, dataset)


def training_count(dataset: Dataset) -> int:
    """How many training images a seed has; every split leaves as many."""
    return len(split(dataset, Generator())[0].y)


def _training(dataset: Dataset, part: slice, generator: Generator) -> Data:
    train, _ = split(dataset, generator)
    chosen = torch.randperm(len(train.y), generator=generator)[part]
    return Data(train.x[chosen], train.y[chosen])


def _testing(dataset: Dataset, generator: Generator) -> Data:
    _, test = split(dataset, generator)
    return Data(test.x, test.y)
