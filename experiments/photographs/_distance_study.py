"""Correlations of pixels by their distance, in photographs and in controls, for `distance`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Generator, Tensor
from torch.nn.functional import avg_pool2d

from convlab.measure import Measurements, Sample

from ._distance_names import (
    ALONE,
    APART,
    BEYOND,
    BOTH_SIDED,
    CORRELATION,
    DISTANCE,
    ECHO,
    FAR,
    FARTHEST,
    GAIN,
    ONE_SIDED,
    PLAIN,
    REGIONS,
    SIZES,
)
from ._linear import learned, share_explained
from ._pairs_of_pixels import (
    NEAR,
    REGION,
    Place,
    by_block,
    correlation,
    far,
    given_both,
    given_one,
    plain,
    regions,
    shifted,
    sizes_of_errors,
)
from ._photograph_names import HALF, IMAGE, KIND, PHASES, PHOTOGRAPH, SHUFFLED
from ._surrogates import phases_shuffled, pixels_shuffled

Names = tuple[str, str]  # of an image and its kind
Division = tuple[Tensor, Tensor]
COUNTED: dict[str, Callable[[Tensor, int], list[Tensor]]] = {
    CORRELATION: plain,
    ONE_SIDED: given_one,
    BOTH_SIDED: given_both,
    SIZES: sizes_of_errors,
    REGIONS: regions,
}


def add(
    measurements: Measurements,
    names: Names,
    images: Sequence[Tensor],
    divisions: Sequence[Division],
    wanted: Mapping[str, Sequence[int]],
) -> None:
    """The wanted quantities by distance, on a half of the blocks for each seed.

    There is one image for all seeds, or one for each. Along and down are averaged.
    """
    for quantity, distances in wanted.items():
        for distance in distances:
            counted = [COUNTED[quantity](image, distance) for image in images]
            values = []
            for seed, (half, _) in enumerate(divisions):
                ways = counted[min(seed, len(counted) - 1)]
                values.append(sum(correlation(way[half].sum(0)) for way in ways) / len(ways))
            overlap = HALF if len(images) == 1 else 0.0
            measurements.add(
                f"Two pixels, {quantity}" if quantity != REGIONS else "Two regions of 16 x 16",
                {**dict(zip((IMAGE, KIND), names, strict=True)), DISTANCE: distance},
                {quantity: Sample(tuple(values), "mean", "data", overlap)},
            )


def echo(image: Tensor) -> Tensor:
    """The image with itself, FAR pixels to the right and down, on top."""
    return image[FAR:, FAR:] + image[FAR:, :-FAR] + image[:-FAR, FAR:]


def add_photograph(
    measurements: Measurements, name: str, image: Tensor, divisions: Sequence[Division]
) -> None:
    wanted = {CORRELATION: PLAIN, ONE_SIDED: BEYOND, BOTH_SIDED: APART, SIZES: APART}
    add(measurements, (name, PHOTOGRAPH), [image], divisions, wanted | {REGIONS: (FARTHEST,)})
    row = {IMAGE: name, KIND: PHOTOGRAPH, DISTANCE: FARTHEST}
    found = far_region(image, divisions)
    measurements.add("A region of 16 x 16 pixels, and a pixel far from it", row, found)


def add_controls(
    measurements: Measurements,
    name: str,
    image: Tensor,
    divisions: Sequence[Division],
    generators: Sequence[Generator],
) -> None:
    """The photograph with an echo; its pixels, and its phases, shuffled by each generator."""
    at_echo = {ONE_SIDED: (FAR,), BOTH_SIDED: (FAR,)}
    add(measurements, (name, ECHO), [echo(image)], divisions, at_echo)
    drawn = divisions[: len(generators)]
    shuffled = [pixels_shuffled(image, each) for each in generators]
    wanted = {CORRELATION: (1, FAR), REGIONS: (FARTHEST,)}
    add(measurements, (name, SHUFFLED), shuffled, drawn, wanted)
    stationary = [phases_shuffled(image, each) for each in generators]
    add(measurements, (name, PHASES), stationary, drawn, {CORRELATION: (FAR,), SIZES: (FAR,)})


def table_by_table(measurements: Measurements) -> None:
    """The rows of a table one after the other."""
    titles = list(dict.fromkeys(row.table for row in measurements.rows))
    measurements.rows.sort(key=lambda row: titles.index(row.table))


def far_region(image: Tensor, divisions: Sequence[Division]) -> dict[str, Sample]:
    """What 16 means of 4 x 4 pixels in a far region explain, alone and beside the nearest pixels.

    Learned on a half of the blocks and tested on the other.
    """
    means, offsets = avg_pool2d(image[None], 4, stride=1)[0], range(-REGION // 2, REGION // 2, 4)
    pixels = image[: means.shape[0], : means.shape[1]]
    found = []
    for place in far(FARTHEST):
        region = [(place[0] + y, place[1] + x) for y in offsets for x in offsets]
        counted = joined(pixels, means, region)
        found.append([gains(counted, division) for division in divisions])
    values = {
        what: tuple((a[what] + b[what]) / 2 for a, b in zip(*found, strict=True))
        for what in (ALONE, GAIN)
    }
    return {what: Sample(each, "mean", "data", HALF) for what, each in values.items()}


def joined(pixels: Tensor, means: Tensor, region: Sequence[Place]) -> Tensor:
    """Sums of products of a pixel, those near it, and the means of a region."""
    places = [(0, 0), *NEAR]
    values, block = shifted(pixels, [*places, *region])
    others, _ = shifted(means, [*places, *region])
    return by_block(torch.cat([values[: len(places)], others[len(places) :]]), block)


def gains(counted: Tensor, division: Division) -> dict[str, float]:
    train, test = (counted[half].sum(0) for half in division)
    near, region = [*range(1, len(NEAR) + 1)], [*range(len(NEAR) + 1, len(train) - 1)]
    beside, alone, both = (
        share_explained(test, 0, learned(train, 0, known))
        for known in (near, region, near + region)
    )
    return {ALONE: alone, GAIN: both - beside}
