"""How well a pixel is predicted by its neighbours within a radius, for `neighbourhood`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Generator, Tensor

from convlab.measure import Measurements, Sample

from ._linear import around, learned, middle, moments, share_explained, squared_error, windows
from ._neighbour_names import (
    DIFFERENCE,
    ECHOES,
    EXCESS,
    EXPLAINED,
    FRACTION,
    NEAR,
    POWER,
    RADIUS,
    WIDEST,
)
from ._photograph_files import blocks
from ._photograph_names import HALF, IMAGE, KIND, PHASES, PHOTOGRAPH, SHUFFLED
from ._surrogates import echoes, phases_shuffled, pixels_shuffled, power_law

RADII = range(NEAR, WIDEST + 1)
FIELD = (256, 320)  # of what is drawn without a photograph

Curve = dict[int, tuple[float, float]]  # R² and the squared error, by radius
Names = tuple[str, str]  # of an image and its kind


def sums_of_blocks(image: Tensor) -> Tensor:
    """Of all windows within each block; of one block at a time, for they take much memory."""
    return torch.cat([moments(windows(block[None], WIDEST)) for block in blocks(image)])


def curve(sums: Tensor, half: Tensor, rest: Tensor) -> Curve:
    """Learned on a half of the blocks, tested on the rest; the same pixels for all radii."""
    target, train, test = middle(WIDEST), sums[half].sum(0), sums[rest].sum(0)
    found = {}
    for radius in RADII:
        weights = learned(train, target, around(radius, WIDEST))
        explained = share_explained(test, target, weights)
        found[radius] = explained, squared_error(test, weights)
    return found


def surrogates(
    known: Mapping[str, Tensor], generator: Generator
) -> Iterator[tuple[Names, Tensor]]:
    """Images that have of a photograph the spectrum, or the pixels alone, and drawn fields."""
    for name, image in known.items():
        yield (name, PHASES), phases_shuffled(image, generator)
        yield (name, SHUFFLED), pixels_shuffled(image, generator)
    yield (POWER, POWER), power_law(FIELD, -1, generator)
    yield (ECHOES, ECHOES), echoes(FIELD, 5, generator)


def add(measurements: Measurements, curves: Mapping[Names, Sequence[Curve]]) -> None:
    """The curves of each image by seed."""
    for (name, kind), each in curves.items():
        overlap = HALF if kind == PHOTOGRAPH else 0.0  # every seed draws surrogates of its own
        for radius in RADII:
            found = quantities([seed[radius] for seed in each], [seed[WIDEST] for seed in each])
            if kind == SHUFFLED:
                del found[FRACTION]  # of nothing
            if kind == PHASES and radius == NEAR:
                found[DIFFERENCE] = differences(each, curves[name, PHOTOGRAPH])
            measurements.add(
                "A pixel predicted from those within a radius, on blocks not learned from",
                {IMAGE: name, KIND: kind, RADIUS: radius},
                {w: Sample(tuple(values), "mean", "data", overlap) for w, values in found.items()},
            )


def quantities(
    here: Sequence[tuple[float, float]], widest: Sequence[tuple[float, float]]
) -> dict[str, list[float]]:
    pairs = list(zip(here, widest, strict=True))
    return {
        EXPLAINED: [explained for explained, _ in here],
        FRACTION: [one[0] / all_[0] for one, all_ in pairs],
        EXCESS: [100 * (one[1] / all_[1] - 1) for one, all_ in pairs],
    }


def differences(ours: Sequence[Curve], photographs: Sequence[Curve]) -> list[float]:
    """Of the share that the nearest neighbours have of all that is explained."""
    ratios = [[c[NEAR][0] / c[WIDEST][0] for c in each] for each in (ours, photographs)]
    return [a - b for a, b in zip(*ratios, strict=False)]  # photographs have more seeds
