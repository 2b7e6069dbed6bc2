"""Networks with a pooling layer and without one, and a motif that always stands in the middle."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from convlab.measure import Sample
from convlab.settings import Training
from convlab.streams import Data, Draw
from convlab.workbench import Workbench

from ._needed_names import ANYWHERE, LEARNED, MIDDLE, NOWHERE, ONE_PIXEL, POOLED, Lessons
from ._pooled_networks import DIGIT, KERNEL, known_digits, of_held_out, share_right
from ._two_tasks import CLUTTER, MOTIF, SIDE, rare_motif

MAP = SIDE - KERNEL + 1  # pixels along a side of what the one convolution makes of an image
HALVED_TWICE = DIGIT // 4


def half(training: Training) -> Training:
    return training.model_copy(update={"steps": max(1, training.steps // 2)})


def right_crosses(
    workbench: Workbench, place: str, window: int, lessons: Lessons, training: Training
) -> Sample:
    """The accuracy (%) on new images of networks that learn where crosses are."""
    draw = where(place, lessons.examples)
    networks = workbench.fit(
        f"cross {place}, window {window}",
        partial(by_window, window, lessons.channels),
        draw,
        cross_entropy,
        seeds=lessons.seeds,
        training=training,
    )
    return networks.score(share_right, draw, "mean")


def where(place: str, examples: int) -> Draw:
    draws: dict[str, Callable[..., Data]] = {
        ANYWHERE: rare_motif,
        MIDDLE: motif_in_the_middle,
        NOWHERE: partial(rare_motif, shown=False),
    }
    return partial(draws[place], examples)


def right_digits(workbench: Workbench, arm: str, lessons: Lessons, training: Training) -> Sample:
    """The accuracy (%) on held-out digits of networks that have learned the others."""
    networks = workbench.fit(
        f"digits, {arm}",
        partial(on_digits, arm, lessons.channels),
        known_digits,
        cross_entropy,
        seeds=lessons.splits,
        training=training,
    )
    return of_held_out(networks, workbench)


def by_window(window: int, channels: int) -> nn.Sequential:
    """A convolution, maxima of windows of so many pixels along a side, and a dense layer."""
    pool = nn.Identity() if window == 1 else nn.MaxPool2d(window)
    dense = nn.Linear(channels * (MAP // window) ** 2, 2)
    return nn.Sequential(nn.Conv2d(1, channels, KERNEL), nn.ReLU(), pool, nn.Flatten(), dense)


def on_digits(arm: str, channels: int) -> nn.Sequential:
    """Two convolutions, whose maps are made smaller in the arm's way, and a dense layer."""
    layers: list[nn.Module] = []
    for inputs, outputs in ((1, channels), (channels, 2 * channels)):
        kernel, stride = 1 if arm == ONE_PIXEL else 3, 1 if arm in (POOLED, LEARNED) else 2
        layers += [nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2), nn.ReLU()]
        layers += [nn.MaxPool2d(2)] if arm == POOLED else []
        layers += [nn.Conv2d(outputs, outputs, 2, 2), nn.ReLU()] if arm == LEARNED else []
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(2 * channels * HALVED_TWICE**2, 10))


def motif_in_the_middle(count: int, generator: Generator) -> Data:
    """As `rare_motif`, but each cross of class 1 stands in the middle."""
    y = torch.arange(count) % 2
    x = 0.25 * torch.randn(count, SIDE, SIDE, generator=generator)
    x += torch.rand(count, SIDE, SIDE, generator=generator) < CLUTTER
    rows, columns = (SIDE // 2 - 1 + torch.tensor(MOTIF)).unbind(1)
    order = torch.rand(count, SIDE**2, generator=generator).argsort(dim=1)
    places = torch.where(y[:, None] == 1, rows * SIDE + columns, order[:, : len(MOTIF)])
    bright = 1 + 0.25 * torch.randn(count, len(MOTIF), generator=generator)
    return Data(x.flatten(1).scatter(1, places, bright).view(count, 1, SIDE, SIDE), y)


def dense_as_convolution(channels: int, generator: Generator, *, turned: bool = False) -> float:
    """The greatest difference between a dense layer and a convolution that covers the map.

    Both have the same weights, whole numbers, as the map has, so that no sum is rounded. `turned`
    exchanges rows and columns of the kernel.
    """
    size = (channels, HALVED_TWICE, HALVED_TWICE)
    weights, maps = whole((10, *size), generator), whole((20, *size), generator)
    dense = nn.functional.linear(maps.flatten(1), weights.flatten(1))
    kernel = weights.transpose(2, 3) if turned else weights
    convolved = nn.functional.conv2d(maps, kernel)
    return float((convolved.flatten(1) - dense).abs().max())


def whole(shape: tuple[int, ...], generator: Generator) -> Tensor:
    return torch.randint(-9, 10, shape, generator=generator).double()
