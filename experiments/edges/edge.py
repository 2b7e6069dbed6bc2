"""Where are the edges of an image, and what does it cost to find them?

Current pixel minus left pixel is a convolution with the two weights [-1, 1]. As a matrix, the same
map has 8 billion entries for the textbook's image of 280 x 320 pixels, and all but 178,640 of them
are 0. So every way must give the same edges to the last bit, and the factor by which it is dearer
depends on what is compared: the dense or the sparse matrix, operations or stored numbers. The
convolution of mathematics is the control: it flips the kernel and must give the negative.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from pydantic import BaseModel, Field

from convlab.data import Image, check_place, write_signed
from convlab.errors import UsageError
from convlab.filters import KERNELS, KernelText, correlate, read_kernel
from convlab.measure import Claim, Control, Measurements, Outcome, Quantity, above, at, equal, over
from convlab.settings import FROZEN
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

from . import _ways as edges
from . import _work as edge_cost
from ._images import BOOK_SIZE, book_scenes, chosen_images, grey_levels
from ._shown import kept, picture

if TYPE_CHECKING:  # it takes a fifth of a second, in which edges are written: see `draw`
    from matplotlib.figure import Figure

BOOK, LEFT_RIGHT = "280 x 320", "left-right"
SLICES, LAYER, FLIPPED = "slices", "convolution", "true convolution"
SPARSE, DENSE = "sparse matrix", "dense matrix"
DIFFERENCE, NEGATIVE = "from current - left", "from left - current"
STORED, OPERATIONS, FLOPS = "stored numbers", "operations", "FLOPs"
HOLDS, REFUTED = Outcome.HOLDS, Outcome.REFUTED


class Config(BaseModel):
    """Whose edges, and by which kernel."""

    model_config = FROZEN

    images: tuple[Path, ...] = Field(
        (), description="files, or china, flower; none: both, cropped"
    )
    kernel: KernelText = Field(
        LEFT_RIGHT, description=f"{', '.join(KERNELS)}, or rows such as [[0, 1], [2, 3]]"
    )
    to: Path | None = Field(None, description="file for the edges of one image: .npy, .png, …")
    repeats: int = Field(50, ge=1, le=10_000, description="measurements of every time")


def measure(config: Config, workbench: Workbench) -> Measurements:
    if config.to and len(config.images) != 1:
        raise UsageError(f"{config.to} is for one image, not {len(config.images)}; give it one")
    if config.to:
        check_place(config.to)
    kernel, measurements = read_kernel(config.kernel), Measurements()
    images = chosen_images(config.images, (len(kernel), len(kernel[0])))
    find(measurements, images, config, workbench)
    compare(measurements, images, config, workbench)
    if config.images or config.kernel != LEFT_RIGHT:
        for name, image in images.items():
            count(measurements, {"image": name}, image.pixels.shape, config.kernel)
    count(measurements, {"size": BOOK}, BOOK_SIZE, LEFT_RIGHT)
    measurements.notes.append(f"{BOOK}: the dense matrix would take 64 GB, and is only counted")
    subtract(measurements)
    return measurements


def find(
    measurements: Measurements, images: Mapping[str, Image], config: Config, workbench: Workbench
) -> None:
    """The edges of each image, and how strong they are; of a large one only a picture is kept."""
    for name, image in images.items():
        found = correlate(image.pixels, read_kernel(config.kernel))
        if config.to:
            workbench.beside(partial(write_signed, config.to, found))
        notes, arrays = kept(image.pixels, found)
        measurements.arrays |= {f"{what} of {name}": array for what, array in arrays.items()}
        measurements.notes += [f"{name}: {note}" for note in (*image.notes, *notes)]
        size = " x ".join(map(str, image.pixels.shape))
        factors = {"image": name, "pixels": size, "kernel": config.kernel}
        measurements.add("Edges (a step from black to white is 1)", factors, edges.sizes(found))


def compare(
    measurements: Measurements, images: Mapping[str, Image], config: Config, workbench: Workbench
) -> None:
    """Whether every way that can be run finds the same edges, and how long it takes."""
    kernel, pixels = read_kernel(config.kernel), {n: image.pixels for n, image in images.items()}
    if not config.images:  # one of them small enough for the dense matrix
        pixels["china / 10"] = pixels["china"][::10, ::10].contiguous()
    for name, image in pixels.items():
        ready = edges.within_limits(image.shape, kernel)
        if ready:
            workbench.wait()  # nothing may disturb the times
        ways = edges.compared(grey_levels(image), kernel, config.repeats) if ready else {}
        for way, quantities in ways.items():
            table = "Every way: largest difference (grey levels), time in float64 on one thread"
            measurements.add(table, {"image": name, "way": way}, quantities)
        left_out = ", ".join(way for way in edges.LIMITS if way not in ready)
        if left_out and config.images:
            measurements.notes.append(f"{name}: too large to run, so only counted: {left_out}")


def count(
    measurements: Measurements, factors: Mapping[str, str], size: Sequence[int], kernel: str
) -> None:
    """What each way costs on an image (H, W), in both conventions."""
    for way, quantities in edge_cost.counted(size, read_kernel(kernel)).items():
        table = f"Cost of {kernel} by {next(iter(factors))}: operations (× and +), FLOPs (2 per ×)"
        measurements.add(table, {**factors, "way": way}, quantities)


def subtract(measurements: Measurements) -> None:
    """The ways with [-1, 1] against current - left, and against its negative, on five scenes."""
    scenes = torch.stack([*book_scenes(generator(0, Stream.DATA)).values()])
    minus_left = scenes[..., 1:] - scenes[..., :-1]
    for way, found in edges.answers(scenes, KERNELS[LEFT_RIGHT]).items():
        difference, of_negative = map(edges.strongest, (found - minus_left, found + minus_left))
        measurements.add(
            f"Largest difference in five scenes of {BOOK} (grey levels of 255)",
            {"way": way},
            {DIFFERENCE: difference, NEGATIVE: of_negative},
        )


def book(quantity: str, way: str) -> Quantity:
    """What a way costs at the book's size."""
    return at(quantity, way=way, size=BOOK)


def dearer(quantity: str, way: str) -> Quantity:
    """What a matrix costs over what the convolution costs, at the book's size."""
    return over(book(quantity, way), book(quantity, LAYER))


SAME = (Control("it gives the same edges", at(DIFFERENCE, way=SPARSE), equal(0)),)
EXACT = (Control("it gives the edges", at(DIFFERENCE, way=SLICES), equal(0)),)
NEGATED = (Control("the negative differs", at(NEGATIVE, way=LAYER), above(1)),)
ENTRIES = (Control("8 billion are its entries", book(STORED, DENSE), equal(8_003_072_000)),)
COUNTED = (Control("torch counts 357,280", book(FLOPS, LAYER), equal(357_280)),)

A_LAYER = "A convolutional layer with the kernel [-1, 1] gives current minus left pixel"
MATHEMATICS = "The convolution of mathematics with [-1, 1] gives current minus left pixel"
FLIPS = "The convolution of mathematics flips [-1, 1] and gives left minus current"
ALL_PAIRS = "Without a convolution, a weight is needed for every pair of pixels"
FEW_PAIRS = "A sparse matrix finds the same edges with 178,640 weights"
THREE_EACH = "The convolution takes 267,960 operations: 2 × and 1 + per output"
AS_ENTRIES = "The product with a matrix takes 320 x 280 x 319 x 280 operations"
PRODUCT = "The product with the dense matrix takes 16,006,054,680 operations"
ONE_EACH = "One subtraction per output finds the edges: 89,320 operations"
DEARER = "The dense matrix takes 59,733 times the operations of the convolution"
IN_FLOPS = "Counted as FLOPs, 2 per product, the dense matrix takes 44,800 times as many"
CHEAPEST = "A convolution takes fewer operations than any matrix that does the same"
AS_CHEAP = "A sparse matrix takes exactly as many operations as the convolution (ratio)"
LARGER = "A sparse matrix stores 89,320 times as many weights as the convolution"

CLAIMS = (
    Claim("C013", "S0", A_LAYER, at(DIFFERENCE, way=LAYER), equal(0), HOLDS, NEGATED),
    Claim("C013", "S0", MATHEMATICS, at(DIFFERENCE, way=FLIPPED), equal(0), REFUTED),
    Claim("C013r", "S0", FLIPS, at(NEGATIVE, way=FLIPPED), equal(0)),
    Claim("C014", "S0", ALL_PAIRS, book(STORED, SPARSE), equal(8_003_072_000), REFUTED, SAME),
    Claim("C014r", "S0", FEW_PAIRS, book(STORED, SPARSE), equal(178_640), HOLDS, SAME),
    Claim("C309", "S3", THREE_EACH, book(OPERATIONS, LAYER), equal(267_960), HOLDS, COUNTED),
    Claim("C309", "S3", AS_ENTRIES, book(OPERATIONS, DENSE), equal(8_003_072_000), REFUTED),
    Claim("C309r", "S3", PRODUCT, book(OPERATIONS, DENSE), equal(16_006_054_680), HOLDS, ENTRIES),
    Claim("C309r2", "S3", ONE_EACH, book(OPERATIONS, SLICES), equal(89_320), HOLDS, EXACT),
    Claim("C310", "S3", DEARER, dearer(OPERATIONS, DENSE), equal(59_733)),
    Claim("C310r", "S3", IN_FLOPS, dearer(FLOPS, DENSE), equal(44_800)),
    Claim("C310", "S3", CHEAPEST, dearer(OPERATIONS, SPARSE), above(10), REFUTED, SAME),
    Claim("C310r2", "S3", AS_CHEAP, dearer(OPERATIONS, SPARSE), equal(1), HOLDS, SAME),
    Claim("C310r3", "S3", LARGER, dearer(STORED, SPARSE), equal(89_320), HOLDS, SAME),
)


def draw(measurements: Measurements) -> "dict[str, Figure]":
    from convlab import figures

    keys = [key for key in measurements.arrays if key.startswith("image of ")]
    names = [key.removeprefix("image of ") for key in keys]
    drawn = {}
    for name in names:
        image, found = (measurements.arrays[f"{what} of {name}"] for what in ("image", "edges"))
        drawn[f"edges-{name}"] = picture(image, found, name)
    for stem, quantity in {"cost": OPERATIONS, "storage": STORED}.items():
        ways = (SLICES, LAYER, SPARSE, DENSE)
        values = {way: book(quantity, way)(measurements).center for way in ways}
        times = f"{values[DENSE] / values[LAYER]:,.0f} times the convolution"
        title = f"The dense matrix for {BOOK} pixels: {times}"
        drawn[stem] = figures.bars(values, title=title, x=f"{quantity} (log scale)")
    return drawn
