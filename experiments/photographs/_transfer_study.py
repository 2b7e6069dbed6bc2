"""What a filter that was learned in one part of an image loses in another, for `transfer`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import fmean

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import pad

from convlab.data import load
from convlab.measure import Measurements, Sample
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._linear import around, learned, middle, moments, share_explained, squared_error, windows
from ._photograph_files import SIDES, blocks, halves
from ._photograph_names import GRID, HALF, IMAGE, KIND
from ._surrogates import pixels_shuffled, power_law
from ._transfer_names import BROKEN, EXCESS, LEARNED, LOSS, MEAN, OWN, TEXTURES, UNLEARNED

RADIUS, WIDTH = 2, 5  # the filter sees 5 x 5 pixels, without the one in the middle
TARGET, KNOWN = middle(RADIUS), around(RADIUS, RADIUS)
SEEN = (OWN, LOSS, UNLEARNED, EXCESS)
OTHER = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}

Pair = tuple[Tensor, Tensor]  # sums of products of the units of two parts


def sums_of_halves(image: Tensor) -> dict[str, Tensor]:
    """Of the 32 blocks in each half of an image (H, W)."""
    sums = moments(windows(blocks(image), RADIUS))
    grid = torch.arange(GRID**2).view(GRID, GRID)
    return {s: sums[grid.chunk(2, axis)[end].flatten()] for s, (axis, end) in SIDES.items()}


def controls(
    known: Mapping[str, Tensor], workbench: Workbench
) -> Iterator[tuple[str, str, dict[str, Tensor]]]:
    """Images whose left and right halves are not alike."""
    generator = workbench.generator(Stream.DATA)
    for name, image in known.items():
        left, right = image.chunk(2, dim=1)
        broken = torch.cat([left, pixels_shuffled(right, generator)], dim=1)
        yield name, BROKEN, sums_of_halves(broken)
    smooth = power_law((256, 512), 0, generator).unfold(1, 5, 1).mean(-1)[:, :256]
    yield TEXTURES, TEXTURES, sums_of_halves(torch.cat([smooth, smooth.T], dim=1))


def digit_parts() -> Pair:
    """Of each digit, the pixels of the rim and those within it; beyond the image all is black."""
    seen = windows(pad(load("digits").x[:, 0].double(), [RADIUS] * 4), RADIUS)
    inner = torch.zeros(8, 8, dtype=torch.bool)
    inner[1:-1, 1:-1] = True
    return moments(seen[..., ~inner.flatten()]), moments(seen[..., inner.flatten()])


def add(
    measurements: Measurements,
    workbench: Workbench,
    seeds: int,
    names: tuple[str, str],
    pairs: Mapping[str, Pair],
) -> None:
    """What the filter of the first part of each pair loses on the second, and the mean of all."""
    found = {
        side: [losses(pair, *halves(workbench, seed, len(pair[0]))) for seed in range(seeds)]
        for side, pair in pairs.items()
    }
    found[MEAN] = [
        {what: fmean(side[seed][what] for side in found.values()) for what in SEEN}
        for seed in range(seeds)
    ]
    for side, each in found.items():
        measurements.add(
            "A filter of 5 x 5 pixels, tested elsewhere than where it was learned",
            {**dict(zip((IMAGE, KIND), names, strict=True)), LEARNED: side},
            {w: Sample(tuple(seed[w] for seed in each), "mean", "data", HALF) for w in SEEN},
        )


def losses(pair: Pair, half: Tensor, rest: Tensor) -> dict[str, float]:
    """A filter learned on a half of the units here, and one there, tested on the rest there."""
    foreign, own = (learned(part[half].sum(0), TARGET, KNOWN) for part in pair)
    test = pair[1][rest].sum(0)
    best = share_explained(test, TARGET, own)
    ratio = squared_error(test, foreign) / squared_error(test, own)
    return {
        OWN: best,
        LOSS: best - share_explained(test, TARGET, foreign),
        UNLEARNED: best - share_explained(test, TARGET, mean_of_four(test)),
        EXCESS: 100 * (ratio - 1),
    }


def mean_of_four(like: Tensor) -> Tensor:
    """The error's weights, if a pixel is said to be the mean of the four next to it."""
    weights = torch.zeros_like(like[0])
    weights[TARGET], weights[[TARGET + step for step in (-WIDTH, -1, 1, WIDTH)]] = 1, -0.25
    return weights


def filter_of(sums: Tensor) -> NDArray[np.float64]:
    """The weights (5, 5) that are learned on all units."""
    weights = -learned(sums.sum(0), TARGET, KNOWN)[:-1]
    weights[TARGET] = 0
    return np.asarray(weights.view(WIDTH, WIDTH))
