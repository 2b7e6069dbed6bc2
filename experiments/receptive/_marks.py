"""Images with two marks, each light or dark, and stacks of convolutions that are asked about them.

The edges of an image join, so that no place differs from another. The images come in fours which
differ in the kinds of the marks and in nothing else: light-light, dark-dark, light-dark,
dark-light. Where no window sees both marks, the score of an image is a sum of a term for one mark,
one for the other and one for the rest, so that the first two scores have the sum of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from convlab.measure import Sample
from convlab.models import mean_head
from convlab.probes.answers import accuracy
from convlab.probes.exact import exact_logits
from convlab.settings import Training
from convlab.streams import Data, Stream
from convlab.workbench import Workbench

from ._mark_names import LEARNED, OR

HELD_OUT = 100  # fours, drawn anew for each seed
ROWS, COLUMNS = 8, 16  # of an image
MARK = 4.0  # a light pixel; a dark one is its negative, and the rest is 0
DENSITY = 0.05  # of the clutter, scattered pixels of 1 and -1
KINDS = torch.tensor([[1, 1], [-1, -1], [1, -1], [-1, 1]])  # left and right mark


def fours(number: int, distance: int, question: str, generator: Generator) -> Data:
    """So many fours of images (4 N, 1, H, W): all of the first kinds, then all of the next."""
    shape = number, ROWS, COLUMNS
    scattered = torch.rand(shape, generator=generator) < DENSITY
    signs = 2 * torch.randint(2, shape, generator=generator) - 1
    clutter = (scattered * signs).float()
    row = torch.randint(ROWS, (number,), generator=generator)
    column = torch.randint(COLUMNS, (number,), generator=generator)
    each = [marked(clutter, row, column, distance, kinds) for kinds in KINDS]
    labels = answers(question).repeat_interleave(number)
    return Data(torch.cat(each).unsqueeze(1), labels)


def marked(clutter: Tensor, row: Tensor, column: Tensor, distance: int, kinds: Tensor) -> Tensor:
    """The images (N, H, W) with a mark in each, and another so many columns to the right."""
    images, which = clutter.clone(), torch.arange(len(clutter))
    for place, kind in zip((column, column + distance), kinds, strict=True):
        images[which, row, place % COLUMNS] = MARK * kind
    return images


def answers(question: str) -> Tensor:
    """Whether it is so, for each of the four kinds."""
    dark = KINDS < 0
    return (dark.any(dim=1) if question == OR else dark[:, 0] ^ dark[:, 1]).long()


def stack(stages: int, channels: int) -> nn.Module:
    """So many convolutions of 3 x 3, a ReLU behind each, the mean of each map and two classes."""
    layers, inputs = list[nn.Module](), 1
    for _ in range(stages):
        layer = nn.Conv2d(inputs, channels, 3, padding=1, padding_mode="circular")
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]  # it has one
        layers += [layer, nn.ReLU()]
        inputs = channels
    return nn.Sequential(*layers, mean_head(channels, (ROWS, COLUMNS), 2))


def left_of_scores(logits: Tensor) -> Tensor:
    """The largest |light-light + dark-dark - light-dark - dark-light|, of logits (S, 4 N, 2).

    The score of an image is by how much its logit for yes exceeds that for no.
    """
    scores = (logits[..., 1] - logits[..., 0]).unflatten(-1, (len(KINDS), -1))
    same, different = scores[:, :2].sum(dim=1), scores[:, 2:].sum(dim=1)
    left: Tensor = (same - different).abs().amax(dim=-1)
    return left


@dataclass(frozen=True)
class Lesson:
    """What so many networks of how many stages are asked about marks how far apart."""

    question: str
    stages: int
    distance: int
    seeds: int

    @property
    def name(self) -> str:
        return f"stages: {self.stages}, pixels: {self.distance}, {self.question}"


def learn(
    workbench: Workbench, lesson: Lesson, *, channels: int, examples: int, training: Training
) -> tuple[Tensor, float]:
    """The accuracy (S,) on new images in percent, and what is left of the scores of a four."""
    draw = partial(fours, distance=lesson.distance, question=lesson.question)
    networks = workbench.fit(
        lesson.name,
        partial(stack, lesson.stages, channels),
        lambda generator: draw(examples, generator=generator),
        cross_entropy,
        seeds=lesson.seeds,
        training=training,
    )
    streams = (workbench.generator(Stream.HELD_OUT, seed) for seed in range(lesson.seeds))
    new = [draw(HELD_OUT, generator=stream) for stream in streams]
    logits = exact_logits(networks, torch.stack([each.x for each in new]), own=True)
    right = accuracy(logits, torch.stack([each.y for each in new]))
    return right, float(left_of_scores(logits).max())


def sample(values: Tensor) -> Sample:
    return Sample(tuple(values.tolist()), "mean", "weights and data")


def learners(right: Tensor) -> Sample:
    return Sample(tuple((right >= LEARNED).tolist()), "proportion", "weights and data")
