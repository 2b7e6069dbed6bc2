"""Networks that tell two patches apart, by their head, and what their kernels have become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, cross_entropy

from convlab.measure import Measurements, exactly
from convlab.models import Head, flat_head, maximum_head, mean_head
from convlab.probes.answers import accuracy
from convlab.settings import Training
from convlab.streams import Stream
from convlab.train import Networks, sample
from convlab.workbench import Workbench

from ._patches import (
    CLASSES,
    PATCH,
    PLACES,
    areas_under_curve,
    cosines,
    lesson,
    patches,
    planted,
    shifted_cosines,
)
from ._planted_names import (
    ACCURACY,
    AREA,
    BETTER,
    CHANGE,
    DOG,
    DOWN,
    FLAT,
    FOUND,
    MAXIMUM,
    MEAN,
    OTHER,
    PLANTED,
    POOLED,
    SHIFTED,
    SHOWN,
    UP,
    WRONG,
)

ALIKE = 0.9  # the cosine of a kernel that has found a patch
STOPS = 0, 0.125, 0.25, 0.5, 1  # of the steps, at which kernels are looked at
IMAGES = 1000  # that each network is tested on


@dataclass(frozen=True)
class Lesson:
    """The arm, how many kernels it has, and how many images it sees for how long."""

    arm: str
    kernels: int
    examples: int
    training: Training


@dataclass(frozen=True)
class Tests:
    """The patches (S, 2, P, P) and new images (S, N, 1, H, W) of each seed."""

    patches: Tensor
    x: Tensor
    y: Tensor  # (N,), the same of each seed

    def of_first(self, seeds: int) -> Tests:
        return replace(self, patches=self.patches[:seeds], x=self.x[:seeds])


def flat_head_after_maxima(channels: int, size: tuple[int, int], classes: int) -> nn.Module:
    """The post's: maxima of 2 x 2 outputs, flattened, and a fully connected layer."""
    pooled = flat_head(channels, (size[0] // 2, size[1] // 2), classes)
    return nn.Sequential(nn.MaxPool2d(2), pooled)


HEADS: dict[str, Head] = {
    MAXIMUM: maximum_head,
    MEAN: mean_head,
    FLAT: flat_head,
    POOLED: flat_head_after_maxima,
}


def network(head: Head, kernels: int) -> nn.Module:
    convolution = nn.Conv2d(1, kernels, PATCH)
    return nn.Sequential(convolution, nn.ReLU(), head(kernels, (PLACES, PLACES), CLASSES))


def held_out(workbench: Workbench, seeds: int) -> Tests:
    each = [patches(workbench.generator(Stream.DATA, seed)) for seed in range(seeds)]
    new = [
        planted(own, IMAGES, workbench.generator(Stream.HELD_OUT, seed))
        for seed, own in enumerate(each)
    ]
    return Tests(torch.stack(each), torch.stack([data.x for data in new]), new[0].y)


def learn(
    workbench: Workbench, name: str, what: Lesson, seeds: int, keep: Sequence[int]
) -> Networks:
    wrong = what.arm == WRONG
    return workbench.fit(
        name,
        partial(network, HEADS[MAXIMUM if wrong else what.arm], what.kernels),
        lesson(what.examples, wrong_labels=wrong),
        cross_entropy,
        seeds=seeds,
        training=what.training,
        keep=keep,
    )


def add_course(
    measurements: Measurements, workbench: Workbench, name: str, what: Lesson, tests: Tests
) -> None:
    """What the kernels are at every stop of the training, of one network for each test."""
    steps = what.training.steps
    stops = sorted({round(part * steps) for part in STOPS})
    networks = learn(workbench, name, what, len(tests.x), stops)
    for stop in stops:
        add_kernels(measurements, name, stop / steps, networks.at(stop), tests)


def add_kernels(
    measurements: Measurements, arm: str, done: float, networks: Networks, tests: Tests
) -> None:
    """What the kernels are after that share of the training, and how well they serve."""
    kernels = networks.state["0.weight"][:, :, 0].cpu()  # (S, K, P, P)
    like = cosines(kernels, tests.patches)
    right = accuracy(networks.predict(tests.x, own=True), tests.y)
    found = (like.amax(dim=1) >= ALIKE).double()
    measured = {
        DOG: like[:, 0],
        BETTER: like.amax(dim=1),
        OTHER: like.amin(dim=1),
        SHIFTED: shifted_cosines(kernels, tests.patches).amax(dim=1),
        AREA: best_areas(networks, tests),
        ACCURACY: right,
    }
    measurements.add(
        "Kernels beside the patches of their classes, and new images told right",
        {"arm": arm, "done": done},
        {name: sample(each, "mean", "weights and data") for name, each in measured.items()}
        | {FOUND: sample(found, "proportion", "weights and data")},
    )
    if done == 1 and arm in SHOWN:
        own = tests.patches[0, int(like[0].argmax())]
        score = (kernels[0] * own).sum(dim=(1, 2)) / kernels[0].flatten(1).norm(dim=1)
        measurements.arrays[arm] = kernels[0, int(score.argmax())].numpy()
        measurements.arrays.setdefault(PLANTED, own.numpy())


def best_areas(networks: Networks, tests: Tests) -> Tensor:
    """(S,): how well the greatest output of the best kernel tells the classes, either way."""
    weight, bias = (networks.state[f"0.{name}"].cpu() for name in ("weight", "bias"))
    best = []
    for x, *layer in zip(tests.x, weight, bias, strict=True):
        outputs = conv2d(x, *layer).amax(dim=(2, 3))
        area = areas_under_curve(outputs, tests.y)
        best.append(torch.maximum(area, 1 - area).max())
    return torch.stack(best)


def add_step(
    measurements: Measurements, workbench: Workbench, what: Lesson, seeds: int, lr: float
) -> None:
    """Add by how much one step on all images, or its reverse, changes their loss."""
    step = Training(steps=1, batch=what.examples, lr=lr, optimizer="sgd")
    networks = learn(workbench, "one step", replace(what, training=step), seeds, [0])
    before = networks.at(0)
    back = {name: 2 * old - networks.state[name] for name, old in before.state.items()}
    reverse = replace(networks, state=back)
    steps = {"": before, DOWN: networks, UP: reverse}
    losses = {name: losses_of(each, workbench, what) for name, each in steps.items()}
    for name, choose in ((DOWN, torch.amax), (UP, torch.amin)):
        changes = losses[name] - losses[""]
        measurements.add(
            f"One step of lr {lr:g} on all images, where it lowers or raises the loss least",
            {"step": name},
            {CHANGE: exactly(float(choose(changes, dim=0)))},
        )


def losses_of(networks: Networks, workbench: Workbench, what: Lesson) -> Tensor:
    """(S,): on the images that each is trained on."""
    draw = lesson(what.examples)
    data = [draw(workbench.generator(Stream.DATA, seed)) for seed in range(len(networks.losses))]
    out = networks.predict(torch.stack([each.x for each in data]), own=True)
    return torch.stack([cross_entropy(o, each.y) for o, each in zip(out, data, strict=True)])
