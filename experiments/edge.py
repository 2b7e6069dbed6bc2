"""Where are the edges of an image, and what does it cost to find them?

Current pixel minus left pixel is a convolution with the two weights [-1, 1]. As a matrix, the same
map has 8 billion entries for the textbook's image of 280 x 320 pixels, and all but 178,640 of them
are 0. So every way must give the same edges to the last bit, and the factor by which it is dearer
depends on what is compared: the dense or the sparse matrix, operations or stored numbers. Edges
of the other direction are the control, as are constant images, which cannot teach the kernel.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import count
from math import cos, pi, radians, sin
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from pydantic import BaseModel, Field
from torch import Generator, Tensor, nn
from torch.nn.functional import mse_loss

from convlab.data import Image, located, read
from convlab.data.edge_scenes import (
    BOOK_SIZE,
    book_photographs,
    book_scenes,
    grey_levels,
    ramp,
    step,
    wave,
)
from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Outcome,
    Quantity,
    Sample,
    above,
    below,
    between,
    equal,
    exactly,
)
from convlab.probes import edge_cost, edges
from convlab.probes.kernels import KERNELS, KernelText, read_kernel
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Data, Stream, generator
from convlab.train import sample

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from convlab.workbench import Workbench

BOOK = "280 x 320"
LEFT_RIGHT, MINUS_LEFT = "left-right", KERNELS["left-right"]
SLICES, LAYER, FLIPPED = "slices", "convolution", "true convolution"
SPARSE, DENSE = "sparse matrix", "dense matrix"
DIFFERENCE, NEGATIVE = "from current - left", "from left - current"
STORED, OPERATIONS, FLOPS = "stored numbers", "operations", "FLOPs"
VERTICAL, HORIZONTAL = "to a vertical edge", "to a horizontal edge"
ANGLE, ANGLES = "turned by (degrees)", range(0, 91, 15)
WAVE, RAMP, OTHER_WAVE = "wave", "ramp", "wave, up-down"
PERIOD = 10 * pi  # of the wave in pixels; no whole number, so that no column repeats another
NOISE, CONSTANT = "white noise", "constant"
LEFT, RIGHT = "left weight", "right weight"
DISTANCE, DRIFT = "distance from [-1, 1]", "change of right - left"


class Config(BaseModel):
    """Whose edges, by which kernel, and how the kernel is learned."""

    model_config = FROZEN

    images: tuple[Path, ...] = Field(
        (), description="files, or china, flower; none: both, cropped"
    )
    kernel: KernelText = Field(
        LEFT_RIGHT, description=f"{', '.join(KERNELS)}, or rows such as [[0, 1], [2, 3]]"
    )
    seeds: Seeds = Field(10, description="kernels learned from each kind of image")
    repeats: int = Field(50, ge=1, le=10_000, description="measurements of every time")
    training: Training = Training(steps=400, batch=16, rate=0.05, schedule="cosine")


def measure(config: Config, workbench: "Workbench") -> Measurements:
    kernel, measurements = read_kernel(config.kernel), Measurements()
    given = named(read(located(path), (len(kernel), len(kernel[0]))) for path in config.images)
    images = given or {name: Image(pixels, name) for name, pixels in book_photographs().items()}
    find(measurements, images, config)
    compare(measurements, images, config)
    if given or config.kernel != LEFT_RIGHT:
        for name, image in images.items():
            count_work(measurements, {"image": name}, image.pixels.shape, config.kernel)
    count_work(measurements, {"size": BOOK}, BOOK_SIZE, LEFT_RIGHT)
    measurements.notes.append(f"{BOOK}: the dense matrix would take 64 GB, and is only counted")
    subtract(measurements)
    turn(measurements)
    learn(measurements, config, workbench)
    return measurements


def named(images: Iterable[Image]) -> dict[str, Image]:
    """The images by the names of their files, without suffix; equal ones are numbered."""
    names: dict[str, Image] = {}
    for image in images:
        stem = Path(image.name).stem[:50]  # a figure's file is named after it
        numbered = (f"{stem} {number}" for number in count(2))
        names[stem if stem not in names else next(n for n in numbered if n not in names)] = image
    return names


def find(measurements: Measurements, images: Mapping[str, Image], config: Config) -> None:
    """The edges of each image, and how strong they are."""
    for name, image in images.items():
        found = edges.slices(image.pixels, read_kernel(config.kernel))
        measurements.arrays[f"image of {name}"] = image.pixels.numpy()
        measurements.arrays[f"edges of {name}"] = found.numpy()
        measurements.notes += [f"{name}: {note}" for note in image.notes]
        measurements.add(
            "Edges (a step from black to white is 1)",
            {
                "image": name,
                "pixels": " x ".join(map(str, image.pixels.shape)),
                "kernel": config.kernel,
            },
            {
                "strongest |edge|": edges.strongest(found),
                "mean |edge|": exactly(float(found.abs().mean())),
            },
        )


def compare(measurements: Measurements, images: Mapping[str, Image], config: Config) -> None:
    """Whether every way that can be run finds the same edges, and how long it takes."""
    levels = {name: grey_levels(image.pixels) for name, image in images.items()}
    if not config.images:  # one of them small enough for the dense matrix
        levels["china / 10"] = levels["china"][::10, ::10].contiguous()
    for name, pixels in levels.items():
        ways = edges.compared(pixels, read_kernel(config.kernel), config.repeats)
        for way, quantities in ways.items():
            table = "Every way: largest difference (grey levels), time in float64 on one thread"
            measurements.add(table, {"image": name, "way": way}, quantities)
        left_out = ", ".join(way for way in edges.LIMITS if way not in ways)
        if left_out and config.images:
            measurements.notes.append(f"{name}: too large to run, so only counted: {left_out}")


def count_work(
    measurements: Measurements, factors: Mapping[str, str], size: Sequence[int], kernel: str
) -> None:
    """What each way costs on an image (H, W), in both conventions."""
    for way, quantities in edge_cost.counted(size, read_kernel(kernel)).items():
        table = f"Cost of {kernel} by {next(iter(factors))}: operations (× and +), FLOPs (2 per ×)"
        measurements.add(table, {**factors, "way": way}, quantities)


def subtract(measurements: Measurements) -> None:
    """The ways with [-1, 1] against current - left, and against its negative, on five scenes."""
    scenes = book_scenes(generator(0, Stream.DATA)).values()
    minus_left = torch.stack([scene[:, 1:] - scene[:, :-1] for scene in scenes])
    found: dict[str, list[Tensor]] = {}
    for scene in scenes:
        flipped = {FLIPPED: partial(edges.true_convolution, scene, MINUS_LEFT)}
        for way, run in (edges.ways(scene, MINUS_LEFT) | flipped).items():
            found.setdefault(way, []).append(run())
    for way, answers in found.items():
        difference = edges.strongest(torch.stack(answers) - minus_left)
        of_negative = edges.strongest(torch.stack(answers) + minus_left)
        measurements.add(
            f"Largest difference in five scenes of {BOOK} (grey levels of 255)",
            {"way": way},
            {DIFFERENCE: difference, NEGATIVE: of_negative},
        )


def turn(measurements: Measurements) -> None:
    """What the kernels answer to edges, and to gradients, of other directions."""
    vertical = step(16, 16)
    for name, kernel in KERNELS.items():
        answers = edges.slices(vertical, kernel), edges.slices(vertical.T, kernel)
        measurements.add(
            "The strongest answer of a kernel to a step from black to white",
            {"kernel": name},
            dict(zip((VERTICAL, HORIZONTAL), map(edges.strongest, answers), strict=True)),
        )
    for angle in ANGLES:
        waves = wave(*BOOK_SIZE, PERIOD, angle) / (2 * sin(pi / PERIOD))  # neighbours differ by 1
        measurements.add(
            "The strongest answer to a gradient that is turned",
            {ANGLE: angle},
            {
                "|cos|": exactly(round(cos(radians(angle)), 15)),
                RAMP: edges.strongest(edges.slices(ramp(*BOOK_SIZE, angle), MINUS_LEFT)),
                WAVE: edges.strongest(edges.slices(waves, MINUS_LEFT)),
                OTHER_WAVE: edges.strongest(edges.slices(waves, KERNELS["up-down"])),
            },
        )


def learn(measurements: Measurements, config: Config, workbench: "Workbench") -> None:
    """The kernel that gradient descent finds from images and their current - left."""
    build = partial(nn.Conv2d, 1, 1, (1, 2), bias=False)
    for kind, draw_images in {NOISE: noise, CONSTANT: constant}.items():
        task, seeds, training = partial(lesson, draw_images), config.seeds, config.training
        networks = workbench.fit(
            kind, build, task, mse_loss, seeds=seeds, training=training, keep=[0]
        )
        first, last = (n.state["weight"].flatten(1).cpu() for n in (networks.at(0), networks))
        measurements.add(
            "Two weights learned by gradient descent from current - left",
            {"images": kind},
            {
                LEFT: sample(last[:, 0]),
                RIGHT: sample(last[:, 1]),
                DISTANCE: sample((last - torch.tensor(MINUS_LEFT)).abs().amax(dim=1)),
                DRIFT: sample((last - first).diff(dim=1)[:, 0]),
            },
        )
    measurements.notes.append(
        "constant images do not determine the kernel, only the sum of its weights: their "
        "difference stays as it was drawn"
    )


def noise(generator: Generator) -> Tensor:
    return torch.randn(16, 1, 8, 8, generator=generator)


def constant(generator: Generator) -> Tensor:
    """Images of one grey each, which differs from image to image."""
    return torch.rand(16, 1, 1, 1, generator=generator).expand(16, 1, 8, 8)


def lesson(draw_images: Callable[[Generator], Tensor], generator: Generator) -> Data:
    x = draw_images(generator)
    return Data(x, x[..., 1:] - x[..., :-1])


def of(quantity: str, **factors: object) -> Quantity:
    return lambda measurements: measurements.get(quantity, **factors)


def dearer(quantity: str, way: str) -> Quantity:
    """How many times the convolution's is the quantity of a matrix, at the book's size."""

    def times(measurements: Measurements) -> Sample:
        matrix = measurements.get(quantity, size=BOOK, way=way).center
        return exactly(matrix / measurements.get(quantity, size=BOOK, way=LAYER).center)

    return times


def farthest(quantity: str, predicted: Callable[[float], float]) -> Quantity:
    """The largest distance, over the angles, of an answer from the predicted one."""
    return lambda measurements: exactly(
        max(
            abs(measurements.get(quantity, **{ANGLE: angle}).center - predicted(radians(angle)))
            for angle in ANGLES
        )
    )


def weight_sum(measurements: Measurements) -> Sample:
    """Left + right of every kernel that was learned from constant images."""
    sides = (measurements.get(side, images=CONSTANT).values for side in (LEFT, RIGHT))
    return Sample(tuple(map(sum, zip(*sides, strict=True))))


SAME_EDGES = Control("it gives the same edges", of(DIFFERENCE, way=SPARSE), equal(0))
SUBTRACTED = Control("it gives the edges", of(DIFFERENCE, way=SLICES), equal(0))
CLAIMS = (
    Claim(
        id="C013",
        source="S0",
        sentence="A convolutional layer with the kernel [-1, 1] gives current minus left pixel",
        of=of(DIFFERENCE, way=LAYER),
        predicted=equal(0),
        controls=(Control("the negative differs", of(NEGATIVE, way=LAYER), above(1)),),
    ),
    Claim(
        id="C013",
        source="S0",
        sentence="The convolution of mathematics with [-1, 1] gives current minus left pixel",
        of=of(DIFFERENCE, way=FLIPPED),
        predicted=equal(0),
        expected=Outcome.REFUTED,
    ),
    Claim(
        id="C013r",
        source="S0",
        sentence="The convolution of mathematics flips [-1, 1] and gives left minus current",
        of=of(NEGATIVE, way=FLIPPED),
        predicted=equal(0),
    ),
    Claim(
        id="C013r2",
        source="S0",
        sentence="[-1, 1] sees vertical edges only: to a horizontal one it answers 0",
        of=of(HORIZONTAL, kernel=LEFT_RIGHT),
        predicted=equal(0),
        controls=(
            Control("it sees the vertical one", of(VERTICAL, kernel=LEFT_RIGHT), equal(1)),
            Control("up-down sees the horizontal", of(HORIZONTAL, kernel="up-down"), equal(1)),
        ),
    ),
    Claim(
        id="C013r3",
        source="S0",
        sentence="[-1, 1] answers a wave turned by an angle with its |cos| (largest distance)",
        of=farthest(WAVE, cos),
        predicted=below(0.01),
        controls=(
            Control("to a ramp, too", farthest(RAMP, cos), below(1e-9)),
            Control("up-down answers |sin|", farthest(OTHER_WAVE, sin), below(0.01)),
        ),
    ),
    Claim(
        id="C013r4",
        source="S0",
        sentence="Gradient descent finds [-1, 1] in white noise (largest distance of a weight)",
        of=of(DISTANCE, images=NOISE),
        predicted=below(1e-3),
    ),
    Claim(
        id="C013r5",
        source="S0",
        sentence="Constant images cannot teach [-1, 1]: right - left stays as it was drawn",
        of=of(DRIFT, images=CONSTANT),
        predicted=between(-1e-4, 1e-4),
        controls=(
            Control("the sum is learned", weight_sum, between(-1e-3, 1e-3)),
            Control("the start is not [-1, 1]", of(DISTANCE, images=CONSTANT), above(0.25)),
        ),
    ),
    Claim(
        id="C014",
        source="S0",
        sentence="Without a convolution, a weight is needed for every pair of pixels",
        of=of(STORED, size=BOOK, way=SPARSE),
        predicted=equal(8_003_072_000),
        expected=Outcome.REFUTED,
        controls=(SAME_EDGES,),
    ),
    Claim(
        id="C014r",
        source="S0",
        sentence="A sparse matrix finds the same edges with 178,640 weights",
        of=of(STORED, size=BOOK, way=SPARSE),
        predicted=equal(178_640),
        controls=(SAME_EDGES,),
    ),
    Claim(
        id="C309",
        source="S3",
        sentence="The convolution takes 267,960 operations: 2 × and 1 + per output",
        of=of(OPERATIONS, size=BOOK, way=LAYER),
        predicted=equal(267_960),
        controls=(
            Control("torch counts 357,280", of(FLOPS, size=BOOK, way=LAYER), equal(357_280)),
        ),
    ),
    Claim(
        id="C309",
        source="S3",
        sentence="The product with a matrix takes 320 x 280 x 319 x 280 operations",
        of=of(OPERATIONS, size=BOOK, way=DENSE),
        predicted=equal(8_003_072_000),
        expected=Outcome.REFUTED,
    ),
    Claim(
        id="C309r",
        source="S3",
        sentence="The product with the dense matrix takes 16,006,054,680 operations",
        of=of(OPERATIONS, size=BOOK, way=DENSE),
        predicted=equal(16_006_054_680),
        controls=(
            Control(
                "8 billion are its entries", of(STORED, size=BOOK, way=DENSE), equal(8_003_072_000)
            ),
        ),
    ),
    Claim(
        id="C309r2",
        source="S3",
        sentence="One subtraction per output finds the edges: 89,320 operations",
        of=of(OPERATIONS, size=BOOK, way=SLICES),
        predicted=equal(89_320),
        controls=(SUBTRACTED,),
    ),
    Claim(
        id="C310",
        source="S3",
        sentence="The dense matrix takes 59,733 times the operations of the convolution",
        of=dearer(OPERATIONS, DENSE),
        predicted=equal(59_733),
    ),
    Claim(
        id="C310r",
        source="S3",
        sentence="Counted as FLOPs, 2 per product, the dense matrix takes 44,800 times as many",
        of=dearer(FLOPS, DENSE),
        predicted=equal(44_800),
    ),
    Claim(
        id="C310",
        source="S3",
        sentence="A convolution takes fewer operations than any matrix that does the same",
        of=dearer(OPERATIONS, SPARSE),
        predicted=above(10),
        expected=Outcome.REFUTED,
        controls=(SAME_EDGES,),
    ),
    Claim(
        id="C310r2",
        source="S3",
        sentence="A sparse matrix takes exactly as many operations as the convolution (ratio)",
        of=dearer(OPERATIONS, SPARSE),
        predicted=equal(1),
        controls=(SAME_EDGES,),
    ),
    Claim(
        id="C310r3",
        source="S3",
        sentence="A sparse matrix stores 89,320 times as many weights as the convolution",
        of=dearer(STORED, SPARSE),
        predicted=equal(89_320),
        controls=(SAME_EDGES,),
    ),
)


def draw(measurements: Measurements) -> "dict[str, Figure]":
    from convlab.figures import bars, images

    figures: dict[str, Figure] = {}
    for key in measurements.arrays:
        what, _, name = key.partition(" of ")
        if what == "image":
            image, found = measurements.arrays[key], measurements.arrays[f"edges of {name}"]
            every = 1 + max(image.shape) // 800  # a figure shows no more pixels
            signed = "answer: red positive, blue negative"
            panels = {"image": image[::every, ::every], signed: edges.visible(found, every)}
            title = "Edges of " + name.replace("$", r"\$")  # or it would begin a formula
            figures[f"edges-{name}"] = images(panels, title=title)
    for stem, quantity in {"cost": OPERATIONS, "storage": STORED}.items():
        ways = (SLICES, LAYER, SPARSE, DENSE)
        values = {way: measurements.get(quantity, size=BOOK, way=way).center for way in ways}
        times = f"{values[DENSE] / values[LAYER]:,.0f} times the convolution"
        title = f"The dense matrix for {BOOK} pixels: {times}"
        figures[stem] = bars(values, title=title, x=f"{quantity} (log scale)")
    return figures
