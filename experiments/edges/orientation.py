"""Which edges does [-1, 1] see, and can it be learned from data?

Current minus left pixel measures how fast the brightness grows to the right. So the strongest edge
that [-1, 1] finds in a gradient turned by an angle must be the |cos| of that angle, which is 0 for
a horizontal edge. The control is the same kernel turned by 90 degrees: its edges must be |sin|.
Gradient descent must find the two weights in white noise, where they are unique. Constant images
are the control: every kernel whose weights sum to 0 finds no edge in them, so they cannot teach
which one it is. Both are trained enough: half the steps lead as near.
"""

from functools import partial
from math import cos, sin

import numpy as np
from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.figures import COLOURS, wrapped
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Quantity,
    above,
    at,
    below,
    between,
    equal,
    paired,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds, Training
from convlab.workbench import Workbench

from ._orientation_quantities import (
    ANGLES,
    CHANGE,
    CONSTANT,
    FROM_KERNEL,
    HALF,
    NOISE,
    OTHER_WAVE,
    RAMP,
    STRONGEST,
    WAVE,
    by_angle,
    largest_distance,
    weight_sum,
)
from ._orientation_study import learn, try_directions, turn


class Config(BaseModel):
    """How the kernel is learned."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="kernels learned from each kind of image")
    training: Training = Training(steps=400, batch=16, lr=0.05, schedule="cosine")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    try_directions(measurements)
    turn(measurements)
    learn(measurements, config.seeds, config.training, workbench)
    return measurements


OFF_COSINE = Quantity("largest distance from |cos|", partial(largest_distance, arm=WAVE, law=cos))
TRAINED_ENOUGH = Control(
    sentence="half the steps in white noise lead as near to [-1, 1]",
    of=paired(at(FROM_KERNEL, arm=HALF), at(FROM_KERNEL, arm=NOISE)),
    predicted=between(-1e-3, 1e-3),
)

CLAIMS = (
    Claim(
        id="C013r2",
        source="S0",
        sentence="[-1, 1] sees vertical edges only: in a horizontal edge [-1, 1] finds 0",
        of=at(STRONGEST, step="horizontal", arm="left-right"),
        predicted=equal(0),
        general=True,
        identity=True,
        controls=(
            Control(
                sentence="[-1, 1] sees the vertical edge",
                of=at(STRONGEST, step="vertical", arm="left-right"),
                predicted=equal(1),
            ),
            Control(
                sentence="the kernel up-down sees the horizontal edge",
                of=at(STRONGEST, step="horizontal", arm="up-down"),
                predicted=equal(1),
            ),
        ),
    ),
    Claim(
        id="C013r3",
        source="S0",
        sentence="The strongest edge that [-1, 1] finds in a wave turned by an angle is the |cos| "
        "of the angle",
        of=OFF_COSINE,
        predicted=below(0.01),  # by theory (π / PERIOD)² / 6 · 2 / √27 = 0.00064
        general=True,
        controls=(
            Control(
                sentence="in a turned ramp [-1, 1] finds |cos|, too",
                of=Quantity(
                    "largest distance from |cos|", partial(largest_distance, arm=RAMP, law=cos)
                ),
                predicted=below(1e-9),
            ),
            Control(
                sentence="the kernel up-down finds |sin|",
                of=Quantity(
                    "largest distance from |sin|",
                    partial(largest_distance, arm=OTHER_WAVE, law=sin),
                ),
                predicted=below(0.01),
            ),
        ),
    ),
    Claim(
        id="C013r4",
        source="S0",
        sentence="Gradient descent finds [-1, 1] in white noise",
        of=at(FROM_KERNEL, arm=NOISE),
        predicted=below(1e-3),
        controls=(TRAINED_ENOUGH,),
    ),
    Claim(
        id="C013r5",
        source="S0",
        sentence="Constant images cannot teach [-1, 1]: the right weight less the left one stays "
        "as it was drawn",
        of=at(CHANGE, arm=CONSTANT),
        predicted=between(-1e-4, 1e-4),
        controls=(
            TRAINED_ENOUGH,
            Control(
                sentence="the same training finds [-1, 1] in white noise",
                of=at(FROM_KERNEL, arm=NOISE),
                predicted=below(1e-3),
            ),
            Control(
                sentence="the sum of the weights is learned",
                of=Quantity("left + right weight", weight_sum),
                predicted=between(-1e-3, 1e-3),
            ),
            Control(
                sentence="the start is not [-1, 1]",
                of=at(FROM_KERNEL, arm=CONSTANT),
                predicted=above(0.25),
            ),
        ),
    ),
)

ANSWER = Answer(
    "[-1, 1] sees vertical edges only: of an edge that is turned by an angle it finds the |cos| "
    "(within {off:.2%}), and of a horizontal one nothing. It can be learned from white noise, to "
    "{learned} of each weight. Constant images teach only that the weights sum to 0: the "
    "kernel that they leave is {left:.1f} away.",
    off=OFF_COSINE,
    learned=at(FROM_KERNEL, arm=NOISE),
    left=at(FROM_KERNEL, arm=CONSTANT),
)


def draw(record: Record) -> dict[str, Figure]:
    figure = Figure(figsize=(8, 4.8), layout="constrained")
    axes, angles = figure.subplots(), np.linspace(0, 90, 91)
    kernels = {"[-1, 1]": (WAVE, "o", np.cos), "[-1, 1] up-down": (OTHER_WAVE, "s", np.sin)}
    for colour, (kernel, (arm, marker, law)) in zip(COLOURS, kernels.items(), strict=False):
        predicted = np.abs(law(np.radians(angles)))
        axes.plot(angles, predicted, "--", color=colour, label=f"|{law.__name__}|, predicted")
        axes.plot(ANGLES, by_angle(record.measurements, arm), marker, color=colour, label=kernel)
    axes.set_title(wrapped(record.finding("C013r3"), 7.5))
    axes.set_xlabel("the wave is turned by (degrees)")
    axes.set_ylabel("strongest |edge|, computed (neighbours differ by 1)")
    axes.set_xticks([*ANGLES])
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend()
    return {"orientation": figure}
