"""What do the post's two animations show: a convolution, or a correlation?

A box slides over a box, and a box and a spiky signal, which rises at once and decays, over each
other; at every place the yellow area, that under the product of the two, is one value of the black
line. Predicted: the areas are the line, and that of two boxes is a triangle. A box looks the same
from both ends: where it is what slides, correlation gives the same line, so that these animations
do not tell which of the two they are. Only where the spiky signal slides do the lines differ; and
they would not if it were symmetric, which is the control.
"""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from convlab.figures import COLOURS, wrapped
from convlab.measure import Answer, Claim, Control, Measurements, above, at, equal, exactly
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.workbench import Workbench

BOXES, BOX_SLIDES, SPIKE_SLIDES = "box over box", "box over spiky", "spiky over box"
SYMMETRIC = "symmetric spike over box"
FROM_LINE, FROM_TRIANGLE = "areas − convolution", "areas − triangle"
FROM_CORRELATION = "convolution − correlation"
Signal = NDArray[np.int64]


class Config(BaseModel):
    """How long the signals are."""

    model_config = FROZEN

    width: int = Field(16, ge=3, le=256, description="samples of the box and of the spike")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    box = np.ones(config.width, dtype=np.int64)
    spike = np.arange(config.width, 0, -1) ** 2  # rises at once, and decays
    both_ways = np.concatenate([spike[:0:-1], spike])
    triangle = config.width - abs(np.arange(1 - config.width, config.width))
    pairs = {
        BOXES: (box, box),
        BOX_SLIDES: (spike, box),
        SPIKE_SLIDES: (box, spike),
        SYMMETRIC: (box, both_ways),
    }
    for arm, (stays, slides) in pairs.items():
        line = np.convolve(stays, slides)
        correlation = np.correlate(stays, slides, "full")
        found = {
            FROM_LINE: largest(areas(stays, slides) - line),
            FROM_CORRELATION: largest(line - correlation),
        }
        if arm == BOXES:
            found[FROM_TRIANGLE] = largest(areas(stays, slides) - triangle)
        title = "Largest differences: the areas under products, convolution and correlation"
        measurements.add(title, {"animation": arm}, {k: exactly(v) for k, v in found.items()})
        for name, values in (("areas", line), ("correlation", correlation)):
            measurements.arrays[f"{arm}, {name}"] = values
        measurements.arrays[f"{arm}, stays"], measurements.arrays[f"{arm}, slides"] = stays, slides
    return measurements


def largest(difference: Signal) -> float:
    return float(abs(difference).max())


def areas(stays: Signal, slides: Signal) -> Signal:
    """At each shift, the area under the product of one and the other, mirrored and moved."""
    around = len(slides) - 1
    wide = np.pad(stays, around)
    found = []
    for shift in range(len(stays) + around):
        moved = np.zeros_like(wide)
        moved[shift : shift + len(slides)] = slides[::-1]
        found.append((wide * moved).sum())
    return np.array(found)


CLAIMS = (
    Claim(
        id="C404",
        source="S4",
        sentence="In the animations the yellow area is the operation and the black line the "
        "result: of a box with itself, the areas are a triangle",
        of=at(FROM_TRIANGLE, animation=BOXES),
        predicted=equal(0),
        controls=(
            Control(
                sentence="of the spiky signal, too, the areas are the convolution",
                of=at(FROM_LINE, animation=BOX_SLIDES),
                predicted=equal(0),
            ),
            Control(
                sentence="where the spiky signal slides, a correlation would be another line",
                of=at(FROM_CORRELATION, animation=SPIKE_SLIDES),
                predicted=above(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C404o1",
        source="ours",
        sentence="A box that slides over a box gives one line by convolution and by correlation",
        of=at(FROM_CORRELATION, animation=BOXES),
        predicted=equal(0),
        controls=(
            Control(
                sentence="a spiky signal that slides over it gives two lines",
                of=at(FROM_CORRELATION, animation=SPIKE_SLIDES),
                predicted=above(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C404o2",
        source="ours",
        sentence="A box that slides over a spiky signal gives one line by convolution and by "
        "correlation",
        of=at(FROM_CORRELATION, animation=BOX_SLIDES),
        predicted=equal(0),
        controls=(
            Control(
                sentence="a spiky signal that slides over a box gives two lines",
                of=at(FROM_CORRELATION, animation=SPIKE_SLIDES),
                predicted=above(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C404o3",
        source="ours",
        sentence="A spiky signal that slides over a box tells convolution from correlation",
        of=at(FROM_CORRELATION, animation=SPIKE_SLIDES),
        predicted=above(1),
        controls=(
            Control(
                sentence="a symmetric spike that slides over a box does not",
                of=at(FROM_CORRELATION, animation=SYMMETRIC),
                predicted=equal(0),
            ),
        ),
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "They show areas under products, which are the values of a convolution, and of two boxes a "
    "triangle (largest difference {triangle}). But a box is symmetric: where it slides, "
    "correlation gives the same line ({same}), and only a spiky signal that slides tells them "
    "apart.",
    triangle=at(FROM_TRIANGLE, animation=BOXES),
    same=at(FROM_CORRELATION, animation=BOX_SLIDES),
)


def draw(record: Record) -> dict[str, Figure]:
    arrays = record.measurements.arrays
    figure = Figure(figsize=(10, 3.6), layout="constrained")
    figure.suptitle(wrapped(record.finding("C404o3"), 9))
    arms = (BOXES, BOX_SLIDES, SPIKE_SLIDES)
    for axes, arm in zip(figure.subplots(1, 3), arms, strict=True):
        axes.fill_between(range(len(arrays[f"{arm}, areas"])), arrays[f"{arm}, areas"], alpha=0.25)
        axes.plot(arrays[f"{arm}, areas"], "k-", label="convolution (areas)")
        axes.plot(arrays[f"{arm}, correlation"], "--", color=COLOURS[1], label="correlation")
        axes.set_title(arm, fontsize=10)
        axes.set_xlabel("shift (samples)")
        axes.set_yticks([])
        axes.legend(fontsize=8, loc="lower center")
    return {"animations": figure}
