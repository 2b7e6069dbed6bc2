"""How many images does it take to learn the edge detector [-1, 1]?

Images and edges are free of noise. A dense layer has a weight per pixel for every edge, so of d
pixels it needs d independent images: with fewer, layers that differ fit them all. A kernel of
1 x 2 has two weights, and every window of an image is an equation for them: one image is enough.
Both are counted by the rank of the equations, in whole numbers, without a training.

Of the dense layers that fit n images, the least one knows nothing of what they do not span, which
is a share of 1 - n / d of new noise. Control: a constant image does not determine the kernel.
"""

from collections.abc import Callable

from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Tensor

from convlab.figures import lines, points
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Quantity,
    Sample,
    above,
    at,
    between,
    equal,
    exactly,
    over,
    paired,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._edge_lessons import missed, noise, pixels, rank, whole_images, windows

DENSE, KERNEL, CONSTANT = "dense", "1 x 2", "1 x 2, constant images"
WEIGHTS, NEEDED = "weights of an output", "images needed"
ONE_IMAGE, ONE_LESS = "left open by one image", "left open by one image less"
MISSED, LAW = "edges missed (share)", "1 - n / d (share)"
PARTS = 0.0, 0.25, 0.5, 0.75, 1.0  # of the images that a dense layer needs
NEW = 200  # images on which edges are missed

Equations = Callable[[Tensor], Tensor]


class Config(BaseModel):
    """How large the images are, and how often they are drawn."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="draws of images, for the edges that are missed")
    side: int = Field(16, ge=3, le=32, description="of an image, in pixels")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    add_ranks(measurements, config.side, workbench)
    add_missed(measurements, config, workbench)
    return measurements


def add_ranks(measurements: Measurements, side: int, workbench: Workbench) -> None:
    """How many weights of an output are left open, counted by the rank of their equations."""
    many = side**2
    noise = whole_images(2 * many, side, workbench.generator(Stream.DATA))
    constant = noise[:, :1, :1].expand_as(noise)
    for arm, equations, images in (
        (DENSE, pixels, noise),
        (KERNEL, windows, noise),
        (CONSTANT, windows, constant),
    ):
        weights = equations(images[:1]).shape[1]
        by_one = {ONE_IMAGE: exactly(weights - rank(equations(images[:1])))}
        if arm != CONSTANT:
            needed = images_needed(equations, images, weights)
            rest = weights - rank(equations(images[: needed - 1]))
            by_one |= {NEEDED: exactly(needed), ONE_LESS: exactly(rest)}
        title = "Weights of an output, and how many of them images leave open"
        measurements.add(title, {"arm": arm}, {WEIGHTS: exactly(weights)} | by_one)


def images_needed(equations: Equations, images: Tensor, weights: int) -> int:
    """The smallest number of images that leaves no weight open."""
    fewest = -(-weights // len(equations(images[:1])))  # each gives so many equations
    enough = (n for n in range(fewest, len(images)) if rank(equations(images[:n])) == weights)
    return next(enough)


def add_missed(measurements: Measurements, config: Config, workbench: Workbench) -> None:
    many = config.side**2
    for part in PARTS:
        shares = []
        for seed in range(config.seeds):
            data, held_out = (
                workbench.generator(each, seed) for each in (Stream.DATA, Stream.HELD_OUT)
            )
            known = noise(round(part * many), config.side, data)
            shares.append(missed(known, noise(NEW, config.side, held_out)))
        title = f"Edges of new noise that the least dense layer misses, of {many} pixels"
        row = {MISSED: Sample(tuple(shares), "mean", "data"), LAW: exactly(1 - part)}
        measurements.add(title, {"images / pixels": part}, row)


def missed_at(part: float) -> Quantity:
    return at(MISSED, **{"images / pixels": part})


def off_law(measurements: Measurements) -> Sample:
    """The share less 1 - n / d, where the mean of the seeds is farthest."""
    rows = [measurements.get(MISSED, **{"images / pixels": part}) for part in PARTS]
    errors = (
        Sample(tuple(each - 1 + part for each in row.values), "mean", "data")
        for part, row in zip(PARTS, rows, strict=True)
    )
    return max(errors, key=lambda error: abs(error.center))


OFF_LAW = Quantity("share less 1 - n / d, where farthest", off_law, "share")

CLAIMS = (
    Claim(
        id="C013o2",
        source="ours",
        sentence="A dense layer needs as many independent images as an image has pixels to find "
        "the edges [-1, 1] finds, and a kernel of 1 x 2 needs one: so many times fewer",
        of=over(at(NEEDED, arm=DENSE), at(NEEDED, arm=KERNEL), at(WEIGHTS, arm=DENSE)),
        predicted=equal(1),
        controls=(
            Control(
                sentence="one image less leaves a weight of the dense layer open",
                of=at(ONE_LESS, arm=DENSE),
                predicted=equal(1),
            ),
            Control(
                sentence="a constant image leaves a weight of the kernel open",
                of=at(ONE_IMAGE, arm=CONSTANT),
                predicted=equal(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C013o3",
        source="ours",
        sentence="With n images of noise, no more than its d pixels, the least dense layer that "
        "fits them misses a share of 1 - n / d of the edges in new noise",
        of=OFF_LAW,
        predicted=between(-0.02, 0.02),
        controls=(
            Control(
                sentence="a quarter of the images needed teaches less than a half of them does",
                of=paired(missed_at(0.25), missed_at(0.5)),
                predicted=above(0.1),
            ),
        ),
    ),
)

ANSWER = Answer(
    "One, if it is a kernel of 1 x 2: its two weights stand in an equation for every window. A "
    "dense layer needs {dense:.0f}, as many as an image has pixels; from half of them it misses "
    "{half:.0%} of the edges in new noise.",
    dense=at(NEEDED, arm=DENSE),
    half=missed_at(0.5),
)


def draw(record: Record) -> dict[str, Figure]:
    dense = {part: missed_at(part)(record.measurements) for part in PARTS}
    one = 1 / at(WEIGHTS, arm=DENSE)(record.measurements).center  # image
    kernel = {0.0: exactly(1), one: exactly(0), 1.0: exactly(0)}
    figure = lines(
        {"dense layer": points(dense), "kernel of 1 x 2": points(kernel)},
        title=record.finding("C013o2"),
        x="images, in pixels of an image (d)",
        y="share of the edges in new noise that is missed",
    )
    return {"missed": figure}
