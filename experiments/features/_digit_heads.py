"""Networks that differ in their last step, and the digits that they learn and are asked.

A seed has a split of its own, the first that its data stream draws. Digits fill an image of 8 x 8
pixels, or stand on a canvas of 16 x 16 whose convolutions go round its borders.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from convlab.data import Dataset, load, shift_images, split
from convlab.data.canvas import digits_on_canvas
from convlab.measure import Sample
from convlab.models import Head, cnn, flat_head, maximum_head, mean_head
from convlab.probes.answers import accuracy
from convlab.settings import Training
from convlab.streams import Data, Stream
from convlab.train import Networks
from convlab.workbench import Workbench

from ._head_names import ALL, CANVAS, FLAT, LITTLE, MAXIMUM, MEAN, MIDDLE

DIGIT, SIDE, CLASSES = 8, 16, 10  # pixels along a digit and along a canvas
ASKED = 0.2  # of the digits, held out
WHITE = 4.0  # digits cover little of a canvas: brighter ones train the first layer sooner
PLACEMENTS = 4  # of each digit on canvases that are trained on


class Middle(nn.Module):
    """The numbers at the middle of each map: (N, C, H, W) -> (N, C)."""

    def forward(self, maps: Tensor) -> Tensor:
        return maps[..., maps.shape[-2] // 2, maps.shape[-1] // 2]


def middle_head(channels: int, size: tuple[int, int], classes: int) -> nn.Module:
    """A linear layer on what is seen at the middle, and nowhere else."""
    return nn.Sequential(Middle(), nn.Linear(channels, classes))


HEADS: dict[str, Head] = {
    FLAT: flat_head,
    MAXIMUM: maximum_head,
    MEAN: mean_head,
    MIDDLE: middle_head,
}


def seeing_all(head: Head, channels: int) -> nn.Module:
    """Two stages with 2 x 2 maxima: what a head sees at any place is of most of the digit."""
    return cnn((1, DIGIT, DIGIT), CLASSES, channels, head)


def seeing_little(head: Head, channels: int) -> nn.Module:
    """The same two convolutions without pooling between: a head sees 5 x 5 pixels at a place."""
    first = nn.Conv2d(1, channels, 3, padding=1)
    second = nn.Conv2d(channels, 2 * channels, 3, padding=1)
    last = head(2 * channels, (DIGIT, DIGIT), CLASSES)
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), last)


def on_canvas(head: Head, channels: int) -> nn.Module:
    """For digits on a canvas: what moves by two pixels moves by one in all maps."""
    first = nn.Conv2d(1, channels, 2, stride=2)
    second = nn.Conv2d(channels, 2 * channels, 3, padding=1, padding_mode="circular")
    last = head(2 * channels, (SIDE // 2, SIDE // 2), CLASSES)
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), last)


BODIES: dict[str, Callable[[Head, int], nn.Module]] = {
    ALL: seeing_all,
    LITTLE: seeing_little,
    CANVAS: on_canvas,
}


@cache
def all_digits() -> Dataset:
    return load("digits")


def known_digits(canvas: bool, generator: Generator) -> Data:
    known, _ = split(all_digits(), generator, ASKED)
    if not canvas:
        return Data(known.x, known.y)
    return Data(placed(known, PLACEMENTS, generator), known.y.repeat(PLACEMENTS))


def placed(digits: Dataset, times: int, generator: Generator) -> Tensor:
    """Each digit so many times in the lower half of a canvas, at any column."""
    x = WHITE * digits.x.repeat(times, 1, 1, 1)
    canvas, _ = digits_on_canvas(x, SIDE, range(SIDE - DIGIT, SIDE - DIGIT + 1), generator)
    return canvas


def asked_digits(workbench: Workbench, seed: int) -> Dataset:
    _, asked = split(all_digits(), workbench.generator(Stream.DATA, seed), ASKED)
    return asked


def learn(
    workbench: Workbench,
    body: str,
    head: str,
    *,
    channels: int,
    seeds: int,
    training: Training,
) -> Networks:
    return workbench.fit(
        f"{body}, {head}",
        partial(BODIES[body], HEADS[head], channels),
        partial(known_digits, body == CANVAS),
        cross_entropy,
        seeds=seeds,
        training=training,
    )


def right_in_place(workbench: Workbench, networks: Networks) -> Sample:
    asked = [asked_digits(workbench, seed) for seed in range(len(networks.losses))]
    return right(networks, torch.stack([each.x for each in asked]), asked)


def right_below_and_above(workbench: Workbench, networks: Networks) -> tuple[Sample, Sample]:
    """On held-out digits in the lower half of the canvas, and half a canvas above."""
    asked = [asked_digits(workbench, seed) for seed in range(len(networks.losses))]
    x = torch.stack(
        [
            placed(each, 1, workbench.generator(Stream.HELD_OUT, seed))
            for seed, each in enumerate(asked)
        ]
    )
    return right(networks, x, asked), right(networks, shift_images(x, -DIGIT, 0), asked)


def right(networks: Networks, x: Tensor, asked: list[Dataset]) -> Sample:
    """In percent, of each seed's digits: splits overlap, as all are of the same 1,797."""
    y = torch.stack([each.y for each in asked])
    shares = accuracy(networks.predict(x, own=True), y)
    return Sample(tuple(shares.tolist()), "mean", "weights and data", ASKED / (1 - ASKED))
