"""Where are the edges of an image, and what does it cost to find them?

Current pixel minus left pixel is a convolution with the two weights [-1, 1]. As a matrix, the same
function has 8 billion entries for the textbook's image of 280 x 320 pixels, and all but 178,640 of
them are 0. So every arm must give the same edges to the last bit. The factor by which a matrix is
dearer depends on what is compared: the dense or the sparse matrix, operations or stored numbers.
The convolution of mathematics is the control: it flips the kernel and must give the negative.
"""

from functools import partial
from typing import TYPE_CHECKING

from convlab.filters import read_kernel
from convlab.measure import Answer, Claim, Measurements, Outcome, above, equal
from convlab.record import Record
from convlab.workbench import Workbench

from . import _book as book
from ._edge_figure import figures_of
from ._edge_images import chosen_images
from ._edge_settings import Config
from ._edge_study import check_target, notes_of_many, study, study_the_book, table_by_table

if TYPE_CHECKING:  # it takes a fifth of a second, in which edges are written: see `edges_figure`
    from matplotlib.figure import Figure


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


FAR = 10  # times, from which on one is far more efficient than another

# All is counted or exact, at the book's size, whatever the settings.
identity = partial(Claim, general=True, identity=True)
refuted = partial(Claim, source="ours", general=True, expected=Outcome.REFUTED)

CLAIMS = (
    identity(
        id="C013",
        source="S0",
        sentence="A convolutional layer with the kernel [-1, 1] gives current minus left pixel",
        of=book.minus_left(arm="convolution"),
        predicted=equal(0),
        controls=(book.NEGATIVE_DIFFERS,),
    ),
    refuted(
        id="C013o1",
        sentence="The convolution of mathematics with [-1, 1] gives current minus left pixel",
        of=book.minus_left(arm="true convolution"),
        predicted=equal(0),
        controls=(book.NEGATIVE_AGREES,),
    ),
    identity(
        id="C013r",
        source="S0",
        sentence="The convolution of mathematics flips [-1, 1] and gives left minus current",
        of=book.left_minus(arm="true convolution"),
        predicted=equal(0),
    ),
    identity(
        id="C014",
        source="S0",
        sentence="An MLP has to represent all pairs of an input and an output pixel: "
        "8,003,072,000 weights for the book's image",
        of=book.stored(arm="dense matrix"),
        predicted=equal(8_003_072_000),
        controls=(book.DENSE_AGREES,),
    ),
    refuted(
        id="C014o1",
        sentence="Without a convolution, a weight is needed for every pair of pixels",
        of=book.stored(arm="sparse matrix"),
        predicted=equal(8_003_072_000),
        controls=(book.SPARSE_AGREES,),
    ),
    identity(
        id="C014r",
        source="S0",
        sentence="A sparse matrix finds the same edges with 178,640 weights",
        of=book.stored(arm="sparse matrix"),
        predicted=equal(178_640),
        controls=(book.SPARSE_AGREES,),
    ),
    identity(
        id="C309",
        source="S3",
        sentence="The convolution takes 319 x 280 x 3 = 267,960 operations and the product with a "
        "matrix 320 x 280 x 319 x 280 (multiply-adds)",
        of=book.OFF_THE_POST,
        predicted=equal(0),
        controls=(book.TORCH_AGREES,),
    ),
    refuted(
        id="C309o1",
        sentence="Counted as the convolution is, × and +, the product with a matrix takes "
        "320 x 280 x 319 x 280 operations",
        of=book.operations(arm="dense matrix"),
        predicted=equal(8_003_072_000),
    ),
    identity(
        id="C309r",
        source="S3",
        sentence="Counted as the convolution is, × and +, the product with the dense matrix takes "
        "16,006,054,680 operations",
        of=book.operations(arm="dense matrix"),
        predicted=equal(16_006_054_680),
        controls=(book.DENSE_ENTRIES,),
    ),
    identity(
        id="C309r2",
        source="S3",
        sentence="One subtraction per output finds the edges: 89,320 operations",
        of=book.operations(arm="slices"),
        predicted=equal(89_320),
        controls=(book.SLICES_AGREE,),
    ),
    identity(
        id="C310",
        source="S3",
        sentence="A convolution is far more efficient than the product with the dense matrix: it "
        "takes fewer operations by far",
        of=book.DENSE_TIMES,
        predicted=above(FAR),
    ),
    identity(
        id="C310r4",
        source="S3",
        sentence="Counted as the convolution is, × and +, the dense matrix takes 59,733 times the "
        "operations",
        of=book.DENSE_TIMES,
        predicted=equal(59_733),
    ),
    identity(
        id="C310r",
        source="S3",
        sentence="Counted as FLOPs, 2 per product, the dense matrix takes 44,800 times as many as "
        "the convolution",
        of=book.FLOP_TIMES,
        predicted=equal(44_800),
    ),
    refuted(
        id="C310o1",
        sentence="A convolution takes fewer operations than any matrix that does the same",
        of=book.SPARSE_TIMES,
        predicted=above(FAR),
        controls=(book.SPARSE_AGREES,),
    ),
    identity(
        id="C310r2",
        source="S3",
        sentence="A sparse matrix takes exactly as many operations as the convolution (ratio)",
        of=book.SPARSE_TIMES,
        predicted=equal(1),
        controls=(book.SPARSE_AGREES,),
    ),
    identity(
        id="C310r3",
        source="S3",
        sentence="A sparse matrix stores 89,320 times as many weights as the convolution",
        of=book.STORED_TIMES,
        predicted=equal(89_320),
        controls=(book.SPARSE_AGREES,),
    ),
)

ANSWER = Answer(
    "Each pixel minus its left neighbour shows the vertical edges, and a convolution with two "
    "weights gives exactly that. Written as a dense matrix, the same function takes {dense} times "
    "as many operations, nearly all of them with zeros. A sparse matrix takes as many as the "
    "convolution ({sparse} times), but stores {stored} times as many weights.",
    dense=book.DENSE_TIMES,
    sparse=book.SPARSE_TIMES,
    stored=book.STORED_TIMES,
)


def draw(record: Record) -> "dict[str, Figure]":
    return figures_of(record)
