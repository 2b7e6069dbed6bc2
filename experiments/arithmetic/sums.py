"""Does a convolutional layer compute the sum of products that the posts describe?

torch's layers in one, two and three dimensions are compared with sums that are written out index
by index, and with scipy's correlation and convolution: every size, kernel, stride, padding,
dilation and number of channels of a grid, in whole numbers, so that equal means equal to the last
bit. Predicted: the layer is the written sum and the correlation in all cases, and a convolution
only once the kernel is flipped. The kernels' weights all differ, so that a convolution without the
flip, and a sum that lacks one of its indices, are controls that must give something else.
"""

import numpy as np
from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.figures import images
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Quantity,
    Sample,
    above,
    at,
    equal,
    exactly,
)
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._layer_cases import cases
from ._layer_ways import add_letter, compare
from ._ways import (
    ARMS,
    CONVOLVED,
    CORRELATED,
    DIMENSIONS,
    FEWER,
    FLIPPED,
    ONE_AXIS,
    SYMMETRIC,
    WRITTEN,
)

CASES, UNLIKE = "cases", "unlike the layer (cases)"
SHARE = "unlike the layer, kernels of 2 taps or more (%)"


class Config(BaseModel):
    """How large the images of the grid are."""

    model_config = FROZEN

    largest: int = Field(12, ge=3, le=24, description="pixels along an axis, in 1-D and 2-D")
    largest_3d: int = Field(6, ge=3, le=12, description="pixels along an axis, in 3-D")
    channels: int = Field(3, ge=1, le=8, description="at most, in and out")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    generator = workbench.generator(Stream.DATA)
    for dimensions in DIMENSIONS:
        largest = config.largest_3d if dimensions == 3 else config.largest
        grid = list(cases(dimensions, largest, config.channels))
        unlike = {arm: np.zeros(len(grid), bool) for arm in ARMS}
        for row, case in enumerate(workbench.track(f"{dimensions}-D", grid)):
            for arm, differs in compare(case, *case.numbers(generator)).items():
                unlike[arm][row] = differs
        long = np.array([case.k > 1 for case in grid])
        for arm, each in unlike.items():
            counts = {CASES: exactly(len(grid)), UNLIKE: exactly(int(each.sum()))}
            counts[SHARE] = exactly(100 * float(each[long].mean()))
            title = "torch's layer beside other ways to compute it"
            measurements.add(title, {"dimensions": dimensions, "arm": arm}, counts)
    add_letter(measurements)
    return measurements


def least(arm: str) -> Quantity:
    """The share of cases in which this way gives other numbers, in the dimension with fewest."""

    def share(measurements: Measurements) -> Sample:
        by_dimension = [measurements.get(SHARE, dimensions=d, arm=arm).center for d in (2, 3)]
        return exactly(min(by_dimension))

    return Quantity(f"unlike in 2-D or 3-D, {arm}", share, "% of the cases")


def unlike(arm: str) -> Quantity:
    """The cases in which this way gives other numbers, in the dimension with most."""

    def count(measurements: Measurements) -> Sample:
        each = [measurements.get(UNLIKE, dimensions=d, arm=arm).center for d in DIMENSIONS]
        return exactly(max(each))

    return Quantity(f"unlike the layer, {arm}", count, "cases")


OTHERWISE = Control(
    sentence="a convolution, the kernel not flipped, differs in most cases",
    of=least(CONVOLVED),
    predicted=above(50),
)
WITHOUT = Control(
    sentence="sums that lack the last index differ in most cases",
    of=least(FEWER),
    predicted=above(50),
)

# What torch computes is not true by construction: these compare implementations, case by case.
CLAIMS = (
    Claim(
        id="C103",
        source="S1",
        sentence="Convolution multiplies the kernel with the image pixel by pixel and adds up",
        of=at(UNLIKE, dimensions=2, arm=WRITTEN),
        predicted=equal(0),
        controls=(WITHOUT, OTHERWISE),
        general=True,
    ),
    Claim(
        id="C202",
        source="S2",
        sentence="The convolution of CNNs is in fact cross-correlation",
        of=unlike(CORRELATED),
        predicted=equal(0),
        controls=(OTHERWISE,),
        general=True,
    ),
    Claim(
        id="C203",
        source="S2",
        sentence="Convolution and cross-correlation differ only in whether the kernel is flipped",
        of=unlike(FLIPPED),
        predicted=equal(0),
        controls=(
            OTHERWISE,
            Control(
                sentence="flipped along one axis of several, a kernel mostly gives other numbers",
                of=least(ONE_AXIS),
                predicted=above(50),
            ),
        ),
        general=True,
    ),
    Claim(
        id="C203o1",
        source="ours",
        sentence="With a kernel that looks the same after half a turn, convolution and "
        "cross-correlation give the same numbers",
        of=unlike(SYMMETRIC),
        predicted=equal(0),
        controls=(OTHERWISE,),
        general=True,
    ),
    Claim(
        id="C405",
        source="S4",
        sentence="With each dimension that is added the kernel gains one, and with it the sum; in "
        "any case the kernel keeps its size and is moved along",
        of=unlike(WRITTEN),
        predicted=equal(0),
        controls=(WITHOUT,),
        general=True,
    ),
    Claim(  # TensorFlow is not run here; its documentation says the same
        id="C204",
        source="S2",
        sentence="In an implementation such as PyTorch the convolutional layer computes the "
        "cross-correlation of input and filter, strided, padded and dilated ones included",
        of=unlike(WRITTEN),
        predicted=equal(0),
        controls=(OTHERWISE,),
        general=True,
    ),
)

ANSWER = Answer(
    "Yes. In all {one}, {two} and {three} cases of 1, 2 and 3 dimensions, whatever the stride, "
    "padding, dilation and channels, the layer gives the sums that are written out, and scipy's "
    "correlation, to the last bit. A convolution it gives only of the flipped kernel: without the "
    "flip {otherwise:.0f} % of the kernels of two taps or more give other numbers.",
    one=at(CASES, dimensions=1, arm=WRITTEN),
    two=at(CASES, dimensions=2, arm=WRITTEN),
    three=at(CASES, dimensions=3, arm=WRITTEN),
    otherwise=least(CONVOLVED),
)


def draw(record: Record) -> dict[str, Figure]:
    panels = dict(record.measurements.arrays)
    return {"letter": images(panels, title=record.finding("C202"), columns=5, highest=1)}
