"""What is done with each image: its edges, the arms on it, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from convlab.data import Image, check_place, check_size, share_above_white, write_signed
from convlab.errors import UsageError
from convlab.filters import KERNELS, correlate, read_kernel
from convlab.measure import Measurements
from convlab.measure.notes import by_kind
from convlab.streams import Stream
from convlab.workbench import Workbench

from . import _book as book
from ._edge_arms import (
    LIMITS,
    arms_within_limits,
    comparison,
    differences_from_neighbours,
    strengths,
)
from ._edge_cost import costs
from ._edge_figure import arrays_to_keep
from ._edge_images import BOOK_SIZE, book_scenes, grey_levels
from ._edge_settings import LEFT_RIGHT, Config

TENTH = "china / 10"  # small enough for the dense matrix


def check_target(to: Path, images: Sequence[Path]) -> None:
    """Raise UsageError unless the edges of the one image can be written, and not over it."""
    if len(images) != 1:
        raise UsageError(f"{str(to)!r} is for one image, not {len(images)}; give it one")
    if to.exists() and images[0].exists() and to.samefile(images[0]):
        raise UsageError(f"{str(to)!r} is the image itself; write its edges to another file")
    check_place(to)


def study(
    measurements: Measurements, name: str, image: Image, config: Config, workbench: Workbench
) -> tuple[str, ...]:
    """The edges of an image, the arms on it and what they cost; the notes on it."""
    found = find(measurements, name, image.pixels, config, workbench)
    left_out = compare(measurements, name, image.pixels, config, workbench)
    if not config.images and name == "china":
        compare(measurements, TENTH, image.pixels[::10, ::10].contiguous(), config, workbench)
    if config.images or config.kernel != LEFT_RIGHT:
        count(measurements, {"image": name}, image.pixels.shape, config.kernel)
    return (*image.notes, *found, *(left_out if config.images else ()))


def find(
    measurements: Measurements, name: str, pixels: Tensor, config: Config, workbench: Workbench
) -> list[str]:
    """The edges of an image, and how strong they are; notes on what is clipped or not kept."""
    edges = correlate(pixels, read_kernel(config.kernel))
    notes, arrays = arrays_to_keep(pixels, edges)
    if config.to:
        check_size(config.to, *edges.shape)
        workbench.beside(partial(write_signed, config.to, edges))
        if share := share_above_white(config.to, edges):
            notes.append(
                f"{100 * share:.3g} % of the edges are beyond white, and clipped in the file"
            )
    measurements.arrays |= {f"{what} of {name}": array for what, array in arrays.items()}
    size = " x ".join(map(str, pixels.shape))
    factors = {"image": name, "size": size, "kernel": config.kernel}
    measurements.add("Edges (a step from black to white is 1)", factors, strengths(edges))
    return notes


def compare(
    measurements: Measurements, name: str, pixels: Tensor, config: Config, workbench: Workbench
) -> list[str]:
    """Whether all arms find the same edges, and how long each takes; a note on those left out."""
    kernel = read_kernel(config.kernel)
    ready = arms_within_limits(pixels.shape, kernel)
    if ready:
        workbench.wait()  # nothing may disturb the times
        order = workbench.generator(Stream.ORDER)
        compared = comparison(grey_levels(pixels), kernel, config.repeats, order)
        for arm, quantities in compared.items():
            table = "Every arm against slices, and its time in float64 on one thread"
            measurements.add(table, {"image": name, "arm": arm}, quantities)
    left_out = ", ".join(arm for arm in LIMITS if arm not in ready)
    return [f"too large to run, so only counted: {left_out}"] if left_out else []


def study_the_book(measurements: Measurements, workbench: Workbench) -> None:
    """What [-1, 1] costs at the book's size, and what its arms find in five images."""
    count(measurements, {"size": book.BOOK}, BOOK_SIZE, LEFT_RIGHT)
    measurements.notes.append(
        f"{book.BOOK}: the dense matrix would take 64 GB, and is only counted"
    )
    images = torch.stack([*book_scenes(workbench.generator(Stream.DATA)).values()])
    arms = differences_from_neighbours(images, KERNELS[LEFT_RIGHT])
    tenth = differences_from_neighbours(images[..., ::10, ::10], KERNELS[LEFT_RIGHT])
    arms[book.DENSE_TENTH] = tenth["dense matrix"]  # of whole images it would take 64 GB
    for arm, differences in arms.items():
        measurements.add(book.SUBTRACTED, {"arm": arm}, differences)


def notes_of_many(notes: Mapping[str, Sequence[str]]) -> list[str]:
    """The notes on each image, those of one kind as one if they are on several images."""
    each = [(name, note) for name, of_image in notes.items() for note in of_image]
    return [
        f"{each[at[0]][0]}: {note}"
        if len(at) == 1
        else f"{len(at)} of {len(notes)} images: {note}"
        for note, at in by_kind(note for _, note in each).items()
    ]


def table_by_table(measurements: Measurements) -> None:
    """The rows in the order of their tables: they were measured image by image."""
    tables = list(dict.fromkeys(row.table for row in measurements.rows))
    measurements.rows.sort(key=lambda row: tables.index(row.table))


def count(
    measurements: Measurements, factors: Mapping[str, str], size: Sequence[int], kernel: str
) -> None:
    """What each arm costs on an image (H, W), in both conventions."""
    table = f"Cost of {kernel} by {next(iter(factors))}: operations (× and +), FLOPs (2 per ×)"
    for arm, quantities in costs(size, read_kernel(kernel)).items():
        measurements.add(table, {**factors, "arm": arm}, quantities)
