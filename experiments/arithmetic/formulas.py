"""Do the post's formulas give what a convolutional layer computes?

The post on the calculation sums over p alone, although f has two and three indices. Read as kindly
as can be, the missing sums leave q and r at one value; predicted: no value of theirs gives the
layer's output, and with the missing sums it is given to the last bit. In one dimension nothing is
missing: that the printed formula holds there is a control, as is a kernel that is 0 but where q
and r have their value. With g(i − p) in place of g(i + p) the sum would be a convolution.
"""

from itertools import product

import numpy as np
from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.figures import COLOURS
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Outcome,
    Quantity,
    Sample,
    at,
    equal,
    exactly,
)
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.workbench import Workbench

from ._layer_cases import Case
from ._post_formulas import compare
from ._ways import DIMENSIONS, MINUS, ONE_LINE, PRINTED, WHOLE_SUMS

READINGS = (PRINTED, WHOLE_SUMS, MINUS, ONE_LINE)
CASES, SHARE = "cases", "like the layer (%)"


class Config(BaseModel):
    """How large the images and the kernels of the comparison are."""

    model_config = FROZEN

    largest: int = Field(7, ge=5, le=9, description="pixels along an axis of an image")
    kernel: int = Field(4, ge=2, le=5, description="weights along an axis of a kernel, at most")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    for dimensions in DIMENSIONS:
        sizes = product(range(5, config.largest + 1), range(2, config.kernel + 1))
        like = [
            compare(Case(dimensions, n, k, 1, 0, 1), workbench, seed)
            for seed, (n, k) in enumerate(workbench.track(f"{dimensions}-D", list(sizes)))
        ]
        for arm in READINGS:
            share = 100 * sum(each[arm] for each in like) / len(like)
            measurements.add(
                "The formulas beside torch's layer, kernels of 2 weights or more along an axis",
                {"dimensions": dimensions, "arm": arm},
                {CASES: exactly(len(like)), SHARE: exactly(share)},
            )
    return measurements


def fewest(arm: str, dimensions: tuple[int, ...]) -> Quantity:
    """The share of cases with the layer's numbers, in the dimension where it is least."""

    def found(measurements: Measurements) -> Sample:
        each = [measurements.get(SHARE, dimensions=d, arm=arm).center for d in dimensions]
        return exactly(min(each))

    spaces = " and ".join(f"{d}-D" for d in dimensions)
    return Quantity(f"like the layer, {arm}, {spaces}", found, "%")


MINUS_DIFFERS = Control(
    sentence="with g(i − p), which is a convolution, the numbers are never the layer's",
    of=fewest(MINUS, (1, 2, 3)),
    predicted=equal(0),
)

CLAIMS = (
    Claim(
        id="C403",
        source="S4",
        sentence="Since it adds the indices, as in g(i + p), it should properly be called "
        "cross-correlation",
        of=fewest(WHOLE_SUMS, (1, 2, 3)),
        predicted=equal(100),
        controls=(MINUS_DIFFERS,),
        general=True,
        identity=True,
    ),
    Claim(
        id="C406",
        source="S4",
        sentence="In two dimensions [f*g](i, j) = Σ f(p, q) g(i+p, j+q) with a sum over p alone, "
        "at one value of q, and in three likewise with r",
        of=fewest(PRINTED, (2, 3)),
        predicted=equal(100),
        expected=Outcome.REFUTED,
        controls=(
            Control(
                sentence="in one dimension the formula as printed gives the layer's numbers",
                of=at(SHARE, dimensions=1, arm=PRINTED),
                predicted=equal(100),
            ),
            Control(
                sentence="of a kernel that is 0 but at one q and r it gives the layer's numbers",
                of=fewest(ONE_LINE, (2, 3)),
                predicted=equal(100),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C406r",
        source="S4",
        sentence="With the sums over q and r that the print lacks, the formulas are what a layer "
        "computes in one, two and three dimensions",
        of=fewest(WHOLE_SUMS, (1, 2, 3)),
        predicted=equal(100),
        controls=(
            MINUS_DIFFERS,
            Control(
                sentence="without these sums the formulas give the layer's numbers in no case",
                of=fewest(PRINTED, (2, 3)),
                predicted=equal(0),
            ),
        ),
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "Only that of one dimension does. In two and three dimensions the post's formulas lack the "
    "sums over q and r, and give the layer's numbers in {printed:.0f} % of the cases, whatever q "
    "and r are; with these sums they do in {mended:.0f} %.",
    printed=fewest(PRINTED, (2, 3)),
    mended=fewest(WHOLE_SUMS, (1, 2, 3)),
)


def draw(record: Record) -> dict[str, Figure]:
    figure = Figure(figsize=(8, 4.2), layout="constrained")
    axes = figure.subplots()
    for place, arm in enumerate((PRINTED, WHOLE_SUMS, MINUS)):
        shares = [record.measurements.get(SHARE, dimensions=d, arm=arm).center for d in DIMENSIONS]
        bars = axes.bar(np.arange(3) + 0.28 * (place - 1), shares, 0.26, color=COLOURS[place])
        axes.bar_label(bars, fmt="%.0f %%", fontsize=9)
        bars.set_label(arm)
    axes.set_xticks(range(3), [f"{d}-D" for d in DIMENSIONS])
    axes.set_ylabel("cases with the layer's numbers (%)")
    axes.set_ylim(0, 125)  # room for the legend
    axes.set_title(record.finding("C406"), wrap=True)
    axes.legend(loc="upper left", ncols=3, fontsize=9)
    return {"formulas": figure}
