"""Filters for mouths, drawn and learned, and what they find in scenes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from convlab.measure import Sample, Varies
from convlab.settings import Training
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._mouth_names import ALL, BEFORE, DRAWN, FALSE, FOUND, LEARNED, OVER
from ._mouths import (
    EDGE,
    PART,
    Scenes,
    answers,
    drawn_scenes,
    offset,
    peaks,
    template,
    with_or_without,
)

SCENE, MAP, PEAKS = "scene", "map", "peaks"
THRESHOLD = 4.0  # of the drawn filter, whose answer to a mouth is 5
LEARNED_IN = 0.1  # noise of the scenes to learn from


@dataclass(frozen=True)
class Filter:
    """A kernel (1, 1, 5, 5), above what it has found a mouth, and how far beside."""

    kernel: Tensor
    threshold: float
    offset: tuple[int, int]  # pixels, down and right


def filters_of_each_seed(
    workbench: Workbench, number: int, seeds: int, training: Training
) -> dict[str, list[Filter]]:
    """The drawn filter, and those that are learned from scenes, after learning and before."""
    networks = workbench.fit(
        LEARNED,
        network,
        partial(with_or_without, number, noise=LEARNED_IN),
        binary_cross_entropy_with_logits,
        seeds=seeds,
        training=training,
        keep=[0],
    )
    found = {DRAWN: [Filter(template(), THRESHOLD, (0, 0))] * seeds}
    streams = [workbench.generator(Stream.SPLIT, seed) for seed in range(seeds)]
    singles = [drawn_scenes(number, 1, LEARNED_IN, stream) for stream in streams]
    for arm, each in ((LEARNED, networks), (BEFORE, networks.at(0))):
        kernels, biases = each.state["0.weight"].cpu(), each.state["0.bias"].flatten().tolist()
        parts = zip(kernels, biases, singles, strict=True)
        found[arm] = [Filter(kernel, -bias, offset(seen, kernel)) for kernel, bias, seen in parts]
    return found


def network() -> nn.Module:
    """One filter, whose greatest answer says how likely a mouth is."""
    conv = nn.Conv2d(1, 1, PART, padding=EDGE)
    return nn.Sequential(conv, nn.AdaptiveMaxPool2d(1), nn.Flatten(0))


def found_by(each: list[Scenes], filters: list[Filter], arm: str) -> dict[str, Sample]:
    """What the filter of each seed finds in the scenes of that seed."""
    varies: Varies = "data" if arm == DRAWN else "weights and data"
    values: dict[str, list[float]] = {FOUND: [], FALSE: [], OVER: [], ALL: []}
    for seen, known in zip(each, filters, strict=True):
        maps = answers(seen.images, known.kernel)
        at_peaks, mouths = peaks(maps, known.threshold), seen.mouths.roll(known.offset, (1, 2))
        values[FOUND].append(float(at_peaks[mouths].float().mean()))
        values[FALSE].append(float((at_peaks & ~mouths).sum()) / len(maps))
        values[ALL].append(float((at_peaks == mouths).all(dim=(1, 2)).float().mean()))
        values[OVER].append(float((maps[mouths] > known.threshold).float().mean()))
    return {name: Sample(tuple(of), "mean", varies) for name, of in values.items()}


def example(known: Filter, seen: Scenes) -> dict[str, NDArray[Any]]:
    """The first scene, the map of a filter on it, and where that has peaks."""
    maps = answers(seen.images, known.kernel)
    arrays = {SCENE: seen.images[0, 0], MAP: maps[0], PEAKS: peaks(maps, known.threshold)[0]}
    return {name: each.numpy() for name, each in arrays.items()}
