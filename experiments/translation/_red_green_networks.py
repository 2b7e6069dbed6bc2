"""The networks of `red_green`, by the padding of their layers, and how often they are right."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Literal

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from convlab.measure import Sample
from convlab.models import maximum_head
from convlab.probes.answers import accuracy
from convlab.streams import Data
from convlab.train import Networks, sample
from convlab.workbench import Workbench

from ._red_green_arms import CIRCULAR, FULL, HALF, VALID, ZEROS, Squares
from ._scenes_of_squares import scenes

PADDINGS: dict[str, tuple[int, Literal["zeros", "circular"]]] = {
    VALID: (0, "zeros"),
    ZEROS: (1, "zeros"),
    CIRCULAR: (1, "circular"),
    FULL: (2, "zeros"),
}


def learn(workbench: Workbench, arm: str, settings: Squares) -> Networks:
    """The arm's networks, one per seed, each trained on images of its own."""
    half = settings.training.model_copy(update={"steps": max(1, settings.training.steps // 2)})
    return workbench.fit(
        arm,
        partial(network, ZEROS if arm == HALF else arm, settings.channels),
        partial(scenes, settings.trained_on),
        cross_entropy,
        seeds=settings.seeds,
        training=half if arm == HALF else settings.training,
    )


def network(arm: str, channels: int) -> nn.Module:
    """Four convolutions of 3 x 3, three of them with stride 2, and a maximum of each map."""
    padding, mode = PADDINGS[arm]
    widths, layers = (3, channels, channels, 2 * channels, 2 * channels), list[nn.Module]()
    for number, (inputs, outputs) in enumerate(pairwise(widths)):
        stride = 2 if number else 1
        convolution = nn.Conv2d(inputs, outputs, 3, stride, padding, bias=False, padding_mode=mode)
        layers += [convolution, nn.ReLU()]
    return nn.Sequential(*layers, maximum_head(2 * channels, (1, 1), 2))


def right_answers(networks: Networks, data: Data) -> Sample:
    """The percentage of its own images (S, N, ...) that each network names right."""
    right = accuracy(networks.predict(data.x, own=True), data.y)
    return sample(right.masked_fill(networks.diverged, torch.nan), "mean", "weights and data")
