"""The quantities that the claims on visits are made of, and all names; no torch."""

from fractions import Fraction
from typing import Literal

from convlab.measure import Measurements, Sample, exactly

Mode = Literal["zeros", "reflect", "replicate", "circular"]
MODES: tuple[Mode, ...] = ("zeros", "reflect", "replicate", "circular")
WITHOUT, SAME, FULL = "without padding", "same size", "full"
PADDINGS = {WITHOUT: 0, SAME: 1, FULL: 2}  # pixels on every side, for 3 x 3 kernels
CORNER, EDGE, INTERIOR = "corner", "edge", "interior"
PLACES = (CORNER, EDGE, INTERIOR)
DEPTHS = (1, 2, 3, 4)

PADDED = "padded with"
READ, MEAN_OF_ONES = "outputs that read the pixel", "mean of ones"
LEAST, MOST = "least over that without padding", "most over the interior's"
OF_INTERIOR, PATHS_LEFT = "corner's over the interior's", "interior's over 9^layers"
EXPECTED = {WITHOUT: (1, 3, 9), SAME: (4, 6, 9), FULL: (9, 9, 9)}
WALKS = {1: Fraction(2, 3), 2: Fraction(5, 9), 3: Fraction(13, 27), 4: Fraction(35, 81)}


def distance_of_visits(measurements: Measurements) -> Sample:
    """The largest, over paddings and places, from the numbers of the prediction."""
    return exactly(
        max(
            abs(measurements.get(READ, padding=padding, place=place).center - count)
            for padding, counts in EXPECTED.items()
            for place, count in zip(PLACES, counts, strict=True)
        )
    )


def least_gain(measurements: Measurements) -> Sample:
    """Of corner and edge, the least over all kernels of what padding multiplies."""
    each = (measurements.get(LEAST, padding=SAME, place=place) for place in (CORNER, EDGE))
    return exactly(min(sample.center for sample in each))


def most_at_border(measurements: Measurements) -> Sample:
    """Of corner and edge, the most over all kernels beside the interior."""
    each = (measurements.get(MOST, padding=SAME, place=place) for place in (CORNER, EDGE))
    return exactly(max(sample.center for sample in each))


def distance_of_walks(measurements: Measurements) -> Sample:
    """From the share of walks by -1, 0 or 1 that never leave a half-line, squared.

    A path is a walk along each axis.
    """
    seen = {depth: measurements.get(OF_INTERIOR, layers=depth).center for depth in DEPTHS}
    return exactly(max(abs(seen[depth] - float(WALKS[depth] ** 2)) for depth in DEPTHS))


def distance_of_means(measurements: Measurements) -> Sample:
    """From 4/9 in the corner and 6/9 at the edge, with zeros around."""
    laws = {CORNER: 4 / 9, EDGE: 6 / 9}
    seen = {
        place: measurements.get(MEAN_OF_ONES, **{PADDED: "zeros", "place": place}).center
        for place in laws
    }
    return exactly(max(abs(seen[place] - law) for place, law in laws.items()))


def distance_from_ones(measurements: Measurements) -> Sample:
    """Of the means where the image is repeated, mirrored or wrapped."""
    each = (
        measurements.get(MEAN_OF_ONES, **{PADDED: mode, "place": place})
        for mode in MODES[1:]
        for place in PLACES
    )
    return exactly(max(abs(sample.center - 1) for sample in each))
