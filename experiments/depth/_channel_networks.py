"""Networks of one stage on digits: their loss on those that they learn from, and other digits."""

from __future__ import annotations

from functools import partial

import torch
from torch import Generator, nn
from torch.nn.functional import cross_entropy

from convlab.data import load, split
from convlab.measure import Sample
from convlab.models import flat_head
from convlab.probes.answers import accuracy
from convlab.settings import Training
from convlab.streams import Data, Stream
from convlab.workbench import Workbench

from ._channel_names import LOSS, RIGHT

ASKED = 0.2  # of the digits, that a seed does not learn from


def on_digits(
    name: str, width: int, seeds: int, training: Training, workbench: Workbench
) -> dict[str, Sample]:
    networks = workbench.fit(
        name,
        partial(network, width),
        lambda generator: parted(generator)[0],
        cross_entropy,
        seeds=seeds,
        training=training,
    )
    each = [parted(workbench.generator(Stream.DATA, seed)) for seed in range(seeds)]
    known, other = (stacked(parts) for parts in zip(*each, strict=True))
    logits, answers = networks.predict(known.x, own=True), networks.predict(other.x, own=True)
    losses = [cross_entropy(*pair) for pair in zip(logits, known.y.to(logits.device), strict=True)]
    shares = accuracy(answers.cpu(), other.y)
    return {
        LOSS: Sample(tuple(map(float, losses)), "mean", "weights and data"),
        RIGHT: Sample(tuple(shares.tolist()), "mean", "weights and data", ASKED / (1 - ASKED)),
    }


def network(width: int) -> nn.Module:
    conv = nn.Conv2d(1, width, 3, padding=1)
    return nn.Sequential(conv, nn.ReLU(), flat_head(width, (8, 8), 10))


def parted(generator: Generator) -> tuple[Data, Data]:
    """The digits to learn from and the others, as drawn from this."""
    known, other = split(load("digits"), generator, ASKED)
    return Data(known.x, known.y), Data(other.x, other.y)


def stacked(each: tuple[Data, ...]) -> Data:
    return Data(torch.stack([data.x for data in each]), torch.stack([data.y for data in each]))
