"""A signal in one of k patches of noise, and three networks that look for it.

An example is (k, d): k patches of d normal numbers. To one patch, drawn for each example, y w is
added: the label y is 1 or -1, and w a unit vector that each seed draws. The networks differ in
their first weights alone. All add up the answers of k units, soft-thresholded by a learned b.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import relu, softplus

from convlab.measure import Sample
from convlab.settings import Training
from convlab.streams import Data, Draw, Stream
from convlab.train import Networks, sample
from convlab.workbench import Workbench

from ._signal_settings import DENSE, LOCAL, SHARED

HELD_OUT = 1000  # examples of each seed, on which no network is trained


@dataclass(frozen=True)
class Patches:
    """How many patches of which size, and how strong the noise is.

    `fixed`: the signal is in the first patch of all examples. `shuffled`: the labels are drawn
    anew, so that there is nothing to learn. `shifted`: to each training example all its others are
    added whose patches stand so many further around.
    """

    number: int
    size: int
    noise: float
    fixed: bool = False
    shuffled: bool = False
    shifted: bool = False

    def training(self, count: int, most: int) -> Draw:
        """The first `count` of a seed's examples: its first 8 begin its first 16."""
        return partial(self._training, count, most)

    def _training(self, count: int, most: int, generator: Generator) -> Data:
        drawn = self.draw(most, self.direction(generator), generator)
        y = sign(most, generator) if self.shuffled else drawn.y
        chosen = Data(drawn.x[:count], y[:count])
        return all_shifts(chosen) if self.shifted else chosen

    def direction(self, generator: Generator) -> Tensor:
        """What a seed draws first of all: the unit vector (d,) of its signal."""
        direction = torch.randn(self.size, generator=generator)
        unit: Tensor = direction / torch.linalg.vector_norm(direction)
        return unit

    def draw(self, count: int, direction: Tensor, generator: Generator) -> Data:
        """Examples (N, k, d), and their labels (N,) of 1 and -1."""
        x = self.noise * torch.randn(count, self.number, self.size, generator=generator)
        y = sign(count, generator)
        where = torch.randint(1 if self.fixed else self.number, (count,), generator=generator)
        x[torch.arange(count), where] += y[:, None] * direction
        return Data(x, y)

    def held_out(self, workbench: Workbench, seeds: int) -> tuple[Tensor, Tensor, Tensor]:
        """Of each seed new examples (S, N, k, d), their labels (S, N) and its signal (S, d)."""
        drawn = []
        for seed in range(seeds):
            direction = self.direction(workbench.generator(Stream.DATA, seed))
            data = self.draw(HELD_OUT, direction, workbench.generator(Stream.HELD_OUT, seed))
            drawn.append((data.x, data.y, direction))
        x, y, directions = map(torch.stack, zip(*drawn, strict=True))
        return x, y, directions


def all_shifts(data: Data) -> Data:
    """Of examples (N, k, d) all k N with their patches moved around, one shift after another."""
    patches = data.x.shape[1]
    x = torch.cat([data.x.roll(shift, dims=1) for shift in range(patches)])
    return Data(x, data.y.repeat(patches))


def sign(count: int, generator: Generator) -> Tensor:
    return 2.0 * torch.randint(2, (count,), generator=generator) - 1


def threshold(u: Tensor, b: Tensor | float) -> Tensor:
    """relu(u - b) - relu(-u - b): what lies within b of 0 counts for nothing."""
    return relu(u - b) - relu(-u - b)


class Thresholded(nn.Module):
    """The sum of k soft-thresholded units; its sign is the label.

    The weights are (d,) where one filter reads all patches, (k, d) where each patch has its own,
    and (k, kd) where each unit reads all patches. Their variance is 1 / inputs of a unit.
    """

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(shape) / shape[-1] ** 0.5)
        self.b = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """(N, k, d) -> (N,)."""
        one_patch = self.weight.shape[-1] == x.shape[-1]
        units = (x * self.weight).sum(-1) if one_patch else x.flatten(1) @ self.weight.T
        return threshold(units, self.b).sum(-1)


def build(arm: str, patches: Patches) -> nn.Module:
    k, d = patches.number, patches.size
    return Thresholded(*{SHARED: (d,), LOCAL: (k, d), DENSE: (k, k * d)}[arm])


def logistic(answer: Tensor, y: Tensor) -> Tensor:
    """The cross-entropy of labels 1 and -1."""
    return softplus(-y * answer).mean()


@dataclass(frozen=True)
class Trials:
    """By whom and how often networks are trained, and on at most how many examples."""

    workbench: Workbench
    seeds: int
    training: Training
    most: int

    def accuracies(
        self, arm: str, patches: Patches, counts: tuple[int, ...], what: str = ""
    ) -> dict[int, Sample]:
        """The accuracy (%) on held-out examples, by the number of training examples."""
        x, y, _ = patches.held_out(self.workbench, self.seeds)
        name = f"{arm}, {patches.number} of {patches.size}{what}"
        return {
            count: percent(self._fit(f"{name}, {count} examples", arm, patches, count), x, y)
            for count in counts
        }

    def in_half_the_steps(self) -> Trials:
        steps = max(1, self.training.steps // 2)
        return replace(self, training=self.training.model_copy(update={"steps": steps}))

    def _fit(self, name: str, arm: str, patches: Patches, count: int) -> Networks:
        return self.workbench.fit(
            name,
            partial(build, arm, patches),
            patches.training(count, self.most),
            logistic,
            seeds=self.seeds,
            training=self.training,
        )


def percent(networks: Networks, x: Tensor, y: Tensor) -> Sample:
    """How many of each seed's own examples (S, N, k, d) get the right sign, in percent."""
    values = right(networks.predict(x, own=True), y).masked_fill(networks.diverged, torch.nan)
    return sample(values, "mean", "weights and data")


def right(answers: Tensor, y: Tensor) -> Tensor:
    """The share (%) of answers (S, N) with the sign of y; one of 0 is a guess, right in half.

    A network that has learned a threshold above all that it sees answers 0.
    """
    return 50 * (1 + torch.sign(answers * y)).double().mean(dim=1)


def oracle(patches: Patches, workbench: Workbench, seeds: int) -> Sample:
    """The accuracy (%) of the signal as the filter of all patches, with a threshold of 1/2."""
    x, y, directions = patches.held_out(workbench, seeds)
    answers = threshold((x * directions[:, None, None]).sum(-1), 0.5).sum(-1)
    return sample(right(answers, y), "mean", "data")
