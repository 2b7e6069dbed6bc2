"""Where are the edges of an image, and what does it cost to find them?

Current pixel minus left pixel is a convolution with the two weights [-1, 1]. As a matrix, the same
function has 8 billion entries for the textbook's image of 280 x 320 pixels, and all but 178,640 of
them are 0. So every arm must give the same edges to the last bit. The factor by which a matrix is
dearer depends on what is compared: the dense or the sparse matrix, operations or stored numbers.
The convolution of mathematics is the control: it flips the kernel and must give the negative.
"""

from typing import TYPE_CHECKING

import torch

from convlab.filters import KERNELS, read_kernel
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    NotMeasured,
    Outcome,
    Quantity,
    Sample,
    above,
    at,
    equal,
    exactly,
    over,
)
from convlab.record import Record
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._edge_arms import differences_from_neighbours
from ._edge_figure import edges_figure
from ._edge_images import BOOK_SIZE, book_scenes, chosen_images
from ._edge_settings import LEFT_RIGHT, Config
from ._edge_study import check_target, count, notes_of_many, study, table_by_table

if TYPE_CHECKING:  # it takes a fifth of a second, in which edges are written: see `draw`
    from matplotlib.figure import Figure

BOOK, DENSE_TENTH = "280 x 320", "dense matrix, images / 10"
SUBTRACTED = f"The largest difference in five images of {BOOK} (white is 255 grey levels)"


def measure(config: Config, workbench: Workbench) -> Measurements:
    if config.to:
        check_target(config.to, config.images)
    kernel, measurements = read_kernel(config.kernel), Measurements()
    images = chosen_images(config.images, (len(kernel), len(kernel[0])))
    notes = {  # one at a time: memory holds few photographs
        name: study(measurements, name, decode(), config, workbench)
        for name, decode in images.items()
    }
    measurements.notes += notes_of_many(notes)
    if not config.images:
        study_the_book(measurements, workbench)
    table_by_table(measurements)
    return measurements


def study_the_book(measurements: Measurements, workbench: Workbench) -> None:
    """What [-1, 1] costs at the book's size, and what its arms find in five images."""
    count(measurements, {"size": BOOK}, BOOK_SIZE, LEFT_RIGHT)
    measurements.notes.append(f"{BOOK}: the dense matrix would take 64 GB, and is only counted")
    images = torch.stack([*book_scenes(workbench.generator(Stream.DATA)).values()])
    arms = differences_from_neighbours(images, KERNELS[LEFT_RIGHT])
    tenth = differences_from_neighbours(images[..., ::10, ::10], KERNELS[LEFT_RIGHT])
    arms[DENSE_TENTH] = tenth["dense matrix"]  # of whole images it would take 64 GB
    for arm, differences in arms.items():
        measurements.add(SUBTRACTED, {"arm": arm}, differences)


def of_book(quantity: str, /, **factors: object) -> Quantity:
    """As `at`, of what is measured where no images are given: claims are about the book's.

    Beside the images of a user it is not measured, and no claim is judged.
    """
    named = at(quantity, **factors)

    def measured(measurements: Measurements) -> Sample:
        if not is_book_measured(measurements):
            raise NotMeasured(f"{named} is not measured where images are given")
        return named(measurements)

    return Quantity(named.name, measured, named.unit)


def is_book_measured(measurements: Measurements) -> bool:
    return any(row.table == SUBTRACTED for row in measurements.rows)


def off_the_post(measurements: Measurements) -> Sample:
    """The larger difference of the two counts from those of the post."""
    convolution = of_book("operations", arm="convolution", size=BOOK)(measurements).center
    flops = of_book("FLOPs", arm="dense matrix", size=BOOK)(measurements).center
    multiply_adds = flops / 2
    off = abs(convolution - 319 * 280 * 3), abs(multiply_adds - 320 * 280 * 319 * 280)
    return exactly(max(off))


MINUS_LEFT = "difference from current - left (grey levels)"
LEFT_MINUS = "difference from left - current (grey levels)"
SPARSE_AGREES = Control(
    sentence="the sparse matrix gives current minus left pixel",
    of=of_book(MINUS_LEFT, arm="sparse matrix"),
    predicted=equal(0),
)
FAR = 10  # times, from which on one is far more efficient than another
DENSE_TIMES = over(
    of_book("operations", arm="dense matrix", size=BOOK),
    of_book("operations", arm="convolution", size=BOOK),
)
SPARSE_TIMES = over(
    of_book("operations", arm="sparse matrix", size=BOOK),
    of_book("operations", arm="convolution", size=BOOK),
)
STORED_TIMES = over(
    of_book("stored numbers", arm="sparse matrix", size=BOOK),
    of_book("stored numbers", arm="convolution", size=BOOK),
)

# All is counted or exact, at the book's size, whatever the settings.
CLAIMS = (
    Claim(
        id="C013",
        source="S0",
        sentence="A convolutional layer with the kernel [-1, 1] gives current minus left pixel",
        of=of_book(MINUS_LEFT, arm="convolution"),
        predicted=equal(0),
        general=True,
        identity=True,
        controls=(
            Control(
                sentence="left minus current pixel is not the same",
                of=of_book(LEFT_MINUS, arm="convolution"),
                predicted=above(1),
            ),
        ),
    ),
    Claim(
        id="C013o1",
        source="ours",
        sentence="The convolution of mathematics with [-1, 1] gives current minus left pixel",
        of=of_book(MINUS_LEFT, arm="true convolution"),
        predicted=equal(0),
        expected=Outcome.REFUTED,
        general=True,
        controls=(
            Control(
                sentence="a true convolution gives an edge image of the other sign",
                of=of_book(LEFT_MINUS, arm="true convolution"),
                predicted=equal(0),
            ),
        ),
    ),
    Claim(
        id="C013r",
        source="S0",
        sentence="The convolution of mathematics flips [-1, 1] and gives left minus current",
        of=of_book(LEFT_MINUS, arm="true convolution"),
        predicted=equal(0),
        general=True,
        identity=True,
    ),
    Claim(
        id="C014",
        source="S0",
        sentence="An MLP has to represent all pairs of an input and an output pixel: "
        "8,003,072,000 weights for the book's image",
        of=of_book("stored numbers", arm="dense matrix", size=BOOK),
        predicted=equal(8_003_072_000),
        general=True,
        identity=True,
        controls=(
            Control(
                sentence="a dense matrix finds the same edges, in images of a tenth of the side",
                of=of_book(MINUS_LEFT, arm=DENSE_TENTH),
                predicted=equal(0),
            ),
        ),
    ),
    Claim(
        id="C014o1",
        source="ours",
        sentence="Without a convolution, a weight is needed for every pair of pixels",
        of=of_book("stored numbers", arm="sparse matrix", size=BOOK),
        predicted=equal(8_003_072_000),
        expected=Outcome.REFUTED,
        general=True,
        controls=(SPARSE_AGREES,),
    ),
    Claim(
        id="C014r",
        source="S0",
        sentence="A sparse matrix finds the same edges with 178,640 weights",
        of=of_book("stored numbers", arm="sparse matrix", size=BOOK),
        predicted=equal(178_640),
        general=True,
        identity=True,
        controls=(SPARSE_AGREES,),
    ),
    Claim(
        id="C309",
        source="S3",
        sentence="The convolution takes 319 x 280 x 3 = 267,960 operations and the product with a "
        "matrix 320 x 280 x 319 x 280 (multiply-adds)",
        of=Quantity("difference from the post's two counts", off_the_post),
        predicted=equal(0),
        general=True,
        identity=True,
        controls=(
            Control(
                sentence="torch counts 357,280 FLOPs of the convolution, two per multiply-add",
                of=of_book("FLOPs", arm="convolution", size=BOOK),
                predicted=equal(357_280),
            ),
        ),
    ),
    Claim(
        id="C309o1",
        source="ours",
        sentence="Counted as the convolution is, × and +, the product with a matrix takes "
        "320 x 280 x 319 x 280 operations",
        of=of_book("operations", arm="dense matrix", size=BOOK),
        predicted=equal(8_003_072_000),
        expected=Outcome.REFUTED,
        general=True,
    ),
    Claim(
        id="C309r",
        source="S3",
        sentence="Counted as the convolution is, × and +, the product with the dense matrix takes "
        "16,006,054,680 operations",
        of=of_book("operations", arm="dense matrix", size=BOOK),
        predicted=equal(16_006_054_680),
        general=True,
        identity=True,
        controls=(
            Control(
                sentence="the dense matrix has 8 billion entries",
                of=of_book("stored numbers", arm="dense matrix", size=BOOK),
                predicted=equal(8_003_072_000),
            ),
        ),
    ),
    Claim(
        id="C309r2",
        source="S3",
        sentence="One subtraction per output finds the edges: 89,320 operations",
        of=of_book("operations", arm="slices", size=BOOK),
        predicted=equal(89_320),
        general=True,
        identity=True,
        controls=(
            Control(
                sentence="slices give current minus left pixel",
                of=of_book(MINUS_LEFT, arm="slices"),
                predicted=equal(0),
            ),
        ),
    ),
    Claim(
        id="C310",
        source="S3",
        sentence="A convolution is far more efficient than the product with the dense matrix: it "
        "takes fewer operations by far",
        of=DENSE_TIMES,
        predicted=above(FAR),
        general=True,
        identity=True,
    ),
    Claim(
        id="C310r4",
        source="S3",
        sentence="Counted as the convolution is, × and +, the dense matrix takes 59,733 times the "
        "operations",
        of=DENSE_TIMES,
        predicted=equal(59_733),
        general=True,
        identity=True,
    ),
    Claim(
        id="C310r",
        source="S3",
        sentence="Counted as FLOPs, 2 per product, the dense matrix takes 44,800 times as many as "
        "the convolution",
        of=over(
            of_book("FLOPs", arm="dense matrix", size=BOOK),
            of_book("FLOPs", arm="convolution", size=BOOK),
        ),
        predicted=equal(44_800),
        general=True,
        identity=True,
    ),
    Claim(
        id="C310o1",
        source="ours",
        sentence="A convolution takes fewer operations than any matrix that does the same",
        of=SPARSE_TIMES,
        predicted=above(FAR),
        expected=Outcome.REFUTED,
        general=True,
        controls=(SPARSE_AGREES,),
    ),
    Claim(
        id="C310r2",
        source="S3",
        sentence="A sparse matrix takes exactly as many operations as the convolution (ratio)",
        of=SPARSE_TIMES,
        predicted=equal(1),
        general=True,
        identity=True,
        controls=(SPARSE_AGREES,),
    ),
    Claim(
        id="C310r3",
        source="S3",
        sentence="A sparse matrix stores 89,320 times as many weights as the convolution",
        of=STORED_TIMES,
        predicted=equal(89_320),
        general=True,
        identity=True,
        controls=(SPARSE_AGREES,),
    ),
)

ANSWER = Answer(
    "Each pixel minus its left neighbour shows the vertical edges, and a convolution with two "
    "weights gives exactly that. Written as a dense matrix, the same function takes {dense} times "
    "as many operations, nearly all of them with zeros. A sparse matrix takes as many as the "
    "convolution ({sparse} times), but stores {stored} times as many weights.",
    dense=DENSE_TIMES,
    sparse=SPARSE_TIMES,
    stored=STORED_TIMES,
)


def draw(record: Record) -> "dict[str, Figure]":
    arrays = record.measurements.arrays
    figures = {}
    for name in (key.removeprefix("image of ") for key in arrays if key.startswith("image of ")):
        image, edges = arrays[f"image of {name}"], arrays[f"edges of {name}"]
        figures[f"edges-{name}"] = edges_figure(image, edges, name)
    if is_book_measured(record.measurements):
        figures["cost"] = _bars(record, "operations", record.finding("C310"))
        figures["storage"] = _bars(record, "stored numbers", record.finding("C310r3"))
    return figures


def _bars(record: Record, quantity: str, title: str) -> "Figure":
    """A cost of each arm at the book's size."""
    from convlab.figures import bars

    arms = ("slices", "convolution", "sparse matrix", "dense matrix")
    values = {arm: record.measurements.get(quantity, arm=arm, size=BOOK).center for arm in arms}
    return bars(values, title=title, x=f"{quantity} for {BOOK} pixels, counted (log scale)")
