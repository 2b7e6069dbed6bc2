"""What kernels answer to places with and without a stroke, and how well it says what is there."""

from __future__ import annotations

from collections.abc import Iterator
from math import pi

import torch
from sklearn.linear_model import LogisticRegression
from torch import Generator, Tensor
from torch.nn.functional import conv2d

from convlab.streams import Data

from ._score_names import CUT, FITTED, LOGISTIC, ONCE, OUTPUTS, SCALED, SHUFFLED, TWICE
from ._stroke_kernels import line, normalised

SIDE, WIDTH = 7, 2  # pixels, of a place and of its stroke
CONTRAST = 0.4, 0.8  # of a stroke, where noise has a standard deviation of 1
BINS = 10

Row = tuple[tuple[str, str], ...]  # the factors of a number


def places_in_noise(count: int, generator: Generator) -> Data:
    """Places (N, 1, SIDE, SIDE) of noise, every second one with an upright stroke, y = 1."""
    y = torch.arange(count) % 2
    low, high = CONTRAST
    contrast = low + (high - low) * torch.rand(count, 1, 1, 1, generator=generator)
    noise = torch.randn(count, 1, SIDE, SIDE, generator=generator)
    stroke = line(SIDE, WIDTH, pi / 2)
    return Data((noise + y.view(-1, 1, 1, 1) * contrast * stroke).double(), y)


def outputs(x: Tensor) -> Tensor:
    """What a convolution with the stroke's kernel gives at each place, (N,)."""
    kernel = normalised(line(SIDE, WIDTH, pi / 2).unsqueeze(0)).double()
    return conv2d(x, kernel).flatten()


def link(scores: Tensor, y: Tensor) -> tuple[float, float]:
    """Slope and offset of the logistic function that fits best."""
    model = LogisticRegression(C=1e6).fit(scores[:, None].numpy(), y.numpy())
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def probabilities(known: Data, scores: Tensor) -> dict[str, Tensor]:
    """What each reading of the scores tells, learned from other places."""
    seen = outputs(known.x)
    slope, offset = link(seen, known.y)
    return {
        SCALED: (scores / seen.max()).clamp(0, 1),
        CUT: scores.clamp(0, 1),
        LOGISTIC: scores.sigmoid(),
        FITTED: (slope * scores + offset).sigmoid(),
    }


def calibration_error(probabilities: Tensor, y: Tensor) -> float:
    """By how much the share of strokes differs from what is told, on average over ten bins.

    Bins are tenths from 0 to 1, and count by the places in them.
    """
    bins = (probabilities * BINS).long().clamp(0, BINS - 1)
    gaps = [
        float((y[bins == each].double() - probabilities[bins == each]).sum().abs())
        for each in range(BINS)
    ]
    return sum(gaps) / len(y)


def curve(probabilities: Tensor, y: Tensor) -> Tensor:
    """The share of strokes in each bin (BINS,), NaN where none is."""
    bins = (probabilities * BINS).long().clamp(0, BINS - 1)
    return torch.stack([y[bins == each].double().mean() for each in range(BINS)])


def pairs_right(scores: Tensor, y: Tensor) -> float:
    """How often a place with a stroke has a higher score than one without; a tie is a half."""
    more = scores[y == 1][:, None] - scores[y == 0]
    return float(((more.sign() + 1) / 2).mean())


def judged(known: Data, new: Data, shuffle: Generator) -> Iterator[tuple[Row, float]]:
    """The calibration error of each reading at each brightness, and how well scores rank."""
    scores = outputs(new.x)
    for brightness, times in ((ONCE, 1), (TWICE, 2)):
        for arm, told in probabilities(known, times * scores).items():
            yield (("arm", arm), ("brightness", brightness)), calibration_error(told, new.y)
    yield (("scores", OUTPUTS),), pairs_right(scores, new.y)
    order = torch.randperm(len(scores), generator=shuffle)
    yield (("scores", SHUFFLED),), pairs_right(scores[order], new.y)


def not_doubled(known: Data, x: Tensor) -> dict[str, int]:
    """How many outputs, and fitted probabilities, do not double with the brightness."""
    readings = {
        "output": [outputs(times * x) for times in (1, 2)],
        "fitted probability": [
            probabilities(known, outputs(times * x))[FITTED] for times in (1, 2)
        ],
    }
    return {name: int((twice != 2 * once).sum()) for name, (once, twice) in readings.items()}
