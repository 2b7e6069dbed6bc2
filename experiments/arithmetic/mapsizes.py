"""What sets the size of a map: the kernel, the stride, or more?

Maps of torch's convolution and pooling are measured for every size, kernel, stride, padding and
dilation of a grid, beside the formulas of the posts and of a guide. Predicted: no map has another
size. Formulas without the kernel or the stride are controls that must fail: so each counts. A map
at stride s must be every s-th row and column of that at stride 1, from the first and no other on.
"""

from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Outcome,
    above,
    at,
    equal,
    exactly,
)
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._map_figure import of_sizes
from ._map_sizes import (
    FORMULAS,
    changed,
    of_formulas,
    of_rectangles,
    of_strides,
    pooled,
    sizes_to_draw,
)

MAPS, UNLIKE, PIXELS = "maps", "of another size (%)", "with other numbers (%)"
PLACES = FIRST, SECOND = "every s-th pixel", "every s-th pixel from the second on"
CHANGED, SMALLER = "sizes that change (%)", "smaller than the input (%)"
LAW = "⌊(n + 2p − k) / s⌋ + 1"
NO_KERNEL = "the kernel left out: ⌊(n + 2p − 1) / s⌋ + 1"
NO_STRIDE = "the stride left out: n + 2p − k + 1"
POSTS, STRIDED = "H − H_K + 1, W − W_K + 1", "the post's n − k + 1 with a stride"
NONE, GROWING = "none", "(k − 1) / 2"  # padding
OWN_STRIDE, KEEPING = "k at stride k, from 2", "3 at stride 1, padding 1"


class Config(BaseModel):
    """How large the images of the grid are."""

    model_config = FROZEN

    largest: int = Field(12, ge=5, le=24, description="pixels along an axis")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements, sizes = Measurements(), "Sizes of torch's maps beside formulas"
    counts = {name: (FORMULAS[name][0], *n) for name, n in of_formulas(config.largest).items()}
    counts[POSTS] = "the post, unlike sides", *of_rectangles(config.largest)
    for formula, (source, maps, wrong) in counts.items():
        found = {MAPS: exactly(maps), UNLIKE: exactly(100 * wrong / maps)}
        measurements.add(sizes, {"formula": formula, "from": source}, found)
    generator = workbench.generator(Stream.DATA)
    for place, share in zip(PLACES, of_strides(config.largest, generator), strict=True):
        title = "Maps at strides 2 and 3 beside pixels of the map at stride 1"
        measurements.add(title, {"beside": place}, {PIXELS: exactly(share)})
    for stride in (1, 2, 3):
        for padding in (NONE, GROWING):
            share = changed(config.largest, stride, padded=padding == GROWING)
            title = "What the next larger kernel does to the size of the map"
            factors, found = {"stride": stride, "padding": padding}, {CHANGED: exactly(share)}
            measurements.add(title, factors, found)
    title = f"Max-pooling and average pooling beside {LAW}"
    for window, (maps, smaller, wrong) in pooled(config.largest).items():
        shares = {SMALLER: exactly(100 * smaller / maps), UNLIKE: exactly(100 * wrong / maps)}
        measurements.add(title, {"window": window}, shares)
    measurements.arrays.update(sizes_to_draw())
    return measurements


STRIDE_COUNTS = Control(
    sentence="a formula without the stride is wrong of most maps",
    of=at(UNLIKE, formula=NO_STRIDE),
    predicted=above(50),
)

CLAIMS = (
    Claim(
        id="C108",
        source="S1",
        sentence="The size and the stride of the kernel are important in setting the size of the "
        "output of a convolutional layer",
        of=at(UNLIKE, formula=LAW),
        predicted=equal(0),
        controls=(
            Control(
                sentence="a formula without the kernel is wrong of most maps",
                of=at(UNLIKE, formula=NO_KERNEL),
                predicted=above(50),
            ),
            STRIDE_COUNTS,
        ),
        general=True,
    ),
    Claim(
        id="C109",  # said before stride and padding are: stride 1, no padding
        source="S1",
        sentence="The size of the feature map changes with the size of the kernel",
        of=at(CHANGED, stride=1, padding=NONE),
        predicted=equal(100),
        controls=(
            Control(
                sentence="with padding that grows along, the sizes do not change",
                of=at(CHANGED, stride=1, padding=GROWING),
                predicted=equal(0),
            ),
        ),
        general=True,
    ),
    Claim(
        id="C109o1",
        source="ours",
        sentence="At stride 2, too, a kernel larger by one pixel gives a map of another size",
        of=at(CHANGED, stride=2, padding=NONE),
        predicted=equal(100),
        expected=Outcome.REFUTED,
        controls=(
            Control(
                sentence="at stride 1 a larger kernel does",
                of=at(CHANGED, stride=1, padding=NONE),
                predicted=equal(100),
            ),
        ),
        general=True,
    ),
    Claim(
        id="C111",
        source="S1",
        sentence="With stride 2 the kernel moves by two cells, so that kernels of one size can "
        "give maps of another size: every second pixel of the map",
        of=at(PIXELS, beside=FIRST),
        predicted=equal(0),
        controls=(
            Control(
                sentence="pixels from the second on are others",
                of=at(PIXELS, beside=SECOND),
                predicted=above(90),
            ),
            STRIDE_COUNTS,
        ),
        general=True,
    ),
    Claim(
        id="C118",
        source="S1",
        sentence="A pooling layer whose stride is its window makes the feature map smaller",
        of=at(SMALLER, window=OWN_STRIDE),
        predicted=equal(100),
        controls=(
            Control(
                sentence="a window of 3 at stride 1 with padding makes no map smaller",
                of=at(SMALLER, window=KEEPING),
                predicted=equal(0),
            ),
        ),
        general=True,
    ),
    Claim(
        id="C408",
        source="S4",
        sentence="An input of size (H, W) and a kernel of size (H_K, W_K) give "
        "O_H = H − H_K + 1 and O_W = W − W_K + 1",
        of=at(UNLIKE, formula=POSTS),
        predicted=equal(0),
        controls=(
            Control(
                sentence="with a stride of 2 or 3 the formula is wrong of most maps",
                of=at(UNLIKE, formula=STRIDED),
                predicted=above(50),
            ),
        ),
        general=True,
    ),
)

ANSWER = Answer(
    "Kernel, stride and padding: ⌊(n + 2p − k) / s⌋ + 1 is right of all {maps} maps. Without the "
    "kernel it is wrong of {kernel:.0f} %, without the stride of {stride:.0f} %. A kernel larger "
    "by one changes every size at stride 1, and {at_two:.0f} % of them at stride 2.",
    maps=at(MAPS, formula=LAW),
    kernel=at(UNLIKE, formula=NO_KERNEL),
    stride=at(UNLIKE, formula=NO_STRIDE),
    at_two=at(CHANGED, stride=2, padding=NONE),
)


def draw(record: Record) -> dict[str, Figure]:
    return {"sizes": of_sizes(record.measurements.arrays, record.finding("C108"))}
