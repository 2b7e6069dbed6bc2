"""What straight kernels answer less what curved ones do: by images, by bank and by statistic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Generator, Tensor
from torch.nn.functional import conv2d

from convlab.measure import Measurements, Sample, exactly
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._stroke_images import Strokes, drawn, halves, shuffled
from ._stroke_kernels import STATISTICS, Banks, at_random, banks, difference, fitted
from ._stroke_names import (
    DRAWN,
    ENLARGED,
    FITTED,
    FULL,
    KERNEL_WIDTHS,
    KERNELS,
    LARGE,
    MAXIMUM,
    MISMATCHES,
    NOISE,
    ON_ONES,
    ON_ZEROS,
    PLAIN,
    SAME,
    SHUFFLED,
    SIDES,
    SMALL,
    WIDTH,
)

OVERLAP = 1.0  # one half of the digits is measured, the other judged
PAIRS = 10  # of banks of white noise, per seed

Key = tuple[tuple[str, object], ...]  # the factors of a row
Sets = Mapping[str, tuple[Strokes, Strokes]]
Two = tuple[float, float]  # means over the ones and over the zeros


def add_seeds(
    measurements: Measurements,
    known: Mapping[int, Strokes],
    workbench: Workbench,
    *,
    seeds: int,
    drawings: int,
) -> None:
    """Add what the images of each seed are, and what kernels answer to them."""
    found: dict[Key, list[Two]] = defaultdict(list)
    widths: dict[str, list[float]] = defaultdict(list)
    for seed in workbench.track("splits", range(seeds)):
        sets = image_sets(known, drawings, workbench, seed)
        for name, (learned, _) in sets.items():
            widths[name].append(float(learned.width.median()))
        for row, pair in answers(sets, workbench.generator(Stream.WEIGHTS, seed)):
            found[row].append(pair)
    title = "The width of strokes, measured on images that are not judged"
    for name, each in widths.items():
        measurements.add(title, {"images": name}, {WIDTH: of_seeds(each, name)})
    for row, pairs in found.items():
        add_answers(measurements, dict(row), pairs)


def image_sets(
    known: Mapping[int, Strokes], drawings: int, workbench: Workbench, seed: int
) -> Sets:
    """Images to measure and images to judge, of each kind; the same digits in both sizes."""
    sets = {
        name: halves(known[side], workbench.generator(Stream.SPLIT, seed))
        for name, side in ((PLAIN, SMALL), (ENLARGED, LARGE))
    }
    data, held_out = (workbench.generator(each, seed) for each in (Stream.DATA, Stream.HELD_OUT))
    return sets | {DRAWN: (drawn(drawings, data), drawn(drawings, held_out))}


def answers(sets: Sets, draw: Generator) -> Iterator[tuple[Key, Two]]:
    """Straight less curved, with every set of images, bank and statistic."""
    for name, (learned, judged) in sets.items():
        kernels = fitted(judged.x.shape[-1], float(learned.width.median()))
        for statistic in STATISTICS if name == PLAIN else (MAXIMUM,):
            yield key(name, FITTED, statistic), of_labels(judged, kernels, statistic)
    learned, judged = sets[PLAIN]
    kernels = fitted(SMALL, float(learned.width.median()))
    mixed = Strokes(shuffled(judged.x, draw), judged.y, judged.width)
    yield key(SHUFFLED, FITTED, MAXIMUM), of_labels(mixed, kernels)
    pairs = [of_labels(judged, at_random(kernels, draw)) for _ in range(PAIRS)]
    ones, zeros = torch.tensor(pairs).mean(dim=0).tolist()
    yield key(PLAIN, NOISE, MAXIMUM), (ones, zeros)
    yield from by_kernel(judged)


def by_kernel(judged: Strokes) -> Iterator[tuple[Key, Two]]:
    for side, radii in SIDES.items():
        for width in KERNEL_WIDTHS:
            for padding in (0, side // 2):
                row = ("side", side), ("width", width), ("padding", padding)
                yield row, of_labels(judged, banks(side, width, radii, padding))


def key(name: str, kernels: str, statistic: str) -> Key:
    return ("images", name), ("kernels", kernels), ("statistic", statistic)


def of_labels(judged: Strokes, kernels: Banks, statistic: str = MAXIMUM) -> Two:
    each = difference(judged.x, kernels, statistic)
    return float(each[judged.y == 1].mean()), float(each[judged.y == 0].mean())


def add_answers(
    measurements: Measurements, row: Mapping[str, object], pairs: Sequence[Two]
) -> None:
    title = "Greatest output, of kernels for 8 x 8 pixels" if "side" in row else "What is answered"
    name = str(row.get("images", PLAIN))
    each = zip((ON_ONES, ON_ZEROS), zip(*pairs, strict=True), strict=True)
    measurements.add(title, row, {what: of_seeds(values, name) for what, values in each})


def of_seeds(values: Sequence[float], name: str) -> Sample:
    return Sample(tuple(values), "mean", "data", 0.0 if name == DRAWN else OVERLAP)


def add_sums(measurements: Measurements, known: Strokes) -> None:
    whole, bank = (16 * known.x).round().double(), fitted(SMALL, 2)
    kernels = (torch.cat((bank.straight, bank.curved)) > 0).double()
    for zeros, padding in ((FULL, kernels.shape[-1] - 1), (SAME, bank.padding)):
        differ = exactly(sums_that_differ(whole, kernels, padding))
        title = f"Maps of {len(whole)} digits x {len(kernels)} kernels, beside kernel x ink"
        measurements.add(title, {"zeros": zeros}, {MISMATCHES: differ})


def keep_examples(measurements: Measurements, known: Strokes) -> None:
    bank = fitted(SMALL, 1.5)
    arrays = dict(zip(KERNELS, (bank.straight[8, 0], bank.curved[0, 0]), strict=True))
    for label in (1, 0):
        arrays[f"a {label}"] = known.x[known.y == label][0, 0]
    measurements.arrays.update({name: each.numpy() for name, each in arrays.items()})


def sums_that_differ(x: Tensor, kernels: Tensor, padding: int) -> int:
    """How many summed maps are not the kernel's sum times the ink; exact of whole numbers."""
    ink, own = x.sum(dim=(1, 2, 3)), kernels.sum(dim=(1, 2, 3))
    sums = conv2d(x, kernels, padding=padding).sum(dim=(2, 3))
    return int((sums != ink[:, None] * own).sum())
