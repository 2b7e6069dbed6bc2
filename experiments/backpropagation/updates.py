"""How does the gradient of a convolution's kernel update it?

The values that positions contribute are added up, and the sum is the gradient: an identity, and
without one of the positions it is another number. The post then says that they are added to update
the kernel. Taken as "added to the kernel" that would raise the loss, which is quadratic here and
therefore certain: with step lengths up to 2 / L, where L is the largest curvature of the loss, a
step against the gradient lowers it and a step along it raises it, in every draw of images, kernel
and target. A step of 2.5 / L along the steepest direction raises it even against the gradient, so
that the lowering can fail.
"""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from convlab.figures import COLOURS, wrapped
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Outcome,
    Quantity,
    Sample,
    above,
    at,
    equal,
    exactly,
)
from convlab.record import Record
from convlab.settings import FROZEN, NO_CONDITION
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._descent import Task, contributions

GRADIENT = "the gradient is"
ADDED, SUBTRACTED = "added to the kernel", "subtracted from the kernel"
TOO_LONG = "subtracted, 2.5 / L along the steepest"
ALL, BUT_ONE = "all positions", "all positions but one"
LOWER, HIGHER = "draws with a lower loss (%)", "draws with a higher loss (%)"
APART = "largest difference from autograd"
SHARES = (0.1, 0.5, 1.0, 1.9)  # of 1 / L, the lengths of a step
STEPS = 20  # of the figure's curves


class Config(BaseModel):
    """What is drawn: images, the kernel that makes the targets, and the one that learns."""

    model_config = FROZEN

    draws: int = Field(
        100, ge=1, le=10_000, description="of images and kernels", json_schema_extra=NO_CONDITION
    )
    side: int = Field(8, ge=4, le=32, description="of the images, in pixels")
    kernel: int = Field(3, ge=2, le=4, description="weights along an axis of the kernel")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    generators = [workbench.generator(Stream.DATA, seed) for seed in range(config.draws)]
    tasks = [
        Task(config.side, config.kernel, generator)
        for generator in workbench.track("draws", generators)
    ]
    for share in SHARES:
        for arm, sign in ((SUBTRACTED, -1), (ADDED, 1)):
            changes = np.array([task.change(task.start, sign * share) for task in tasks])
            add_changes(measurements, arm, share, changes)
    steep = [task.wanted + task.steepest for task in tasks]
    changes = np.array([task.change(w, -2.5) for task, w in zip(tasks, steep, strict=True)])
    add_changes(measurements, TOO_LONG, 2.5, changes)
    add_positions(measurements, config, workbench)
    for arm, sign in ((SUBTRACTED, -1), (ADDED, 1)):
        curves = np.array([task.losses(0.5 * sign, STEPS) for task in tasks])
        measurements.arrays[arm] = np.quantile(curves, [0.1, 0.5, 0.9], axis=0)
    return measurements


def add_changes(
    measurements: Measurements, arm: str, share: float, changes: NDArray[np.float64]
) -> None:
    measurements.add(
        "One step by the gradient: what becomes of the loss",
        {GRADIENT: arm, "step (1 / L)": share},
        {
            LOWER: exactly(100 * float((changes < 0).mean())),
            HIGHER: exactly(100 * float((changes > 0).mean())),
        },
    )


def add_positions(measurements: Measurements, config: Config, workbench: Workbench) -> None:
    """What the positions contribute, added up, beside autograd's gradient; all whole numbers."""
    generator = workbench.generator(Stream.NOISE)
    each, found = contributions(config.side, config.kernel, generator)
    for arm, kept in ((ALL, each), (BUT_ONE, each[:, 1:])):
        difference = kept.sum(1) - found
        title = "The contributions of the positions, added up"
        apart = exactly(float(difference.abs().max()))
        measurements.add(title, {"of": arm}, {APART: apart})


def least(quantity: str, arm: str) -> Quantity:
    """The share of draws at the length of a step where it is least."""

    def share(measurements: Measurements) -> Sample:
        rows = [row for row in measurements.rows if row.factors.get(GRADIENT) == arm]
        return exactly(min(row.quantities[quantity].center for row in rows))

    name, _ = quantity.split(" (")
    return Quantity(f"{name}, gradient {arm}", share, "%")


FAILS = Control(
    sentence="a step of 2.5 / L along the steepest direction raises the loss in all draws",
    of=least(HIGHER, TOO_LONG),
    predicted=equal(100),
)

CLAIMS = (
    Claim(
        id="C414",
        source="S4",
        sentence="The values that this convolution computes in backpropagation are all added up "
        "to update the kernel: their sum is the gradient",
        of=at(APART, of=ALL),
        predicted=equal(0),
        controls=(
            Control(
                sentence="without the first position the sum is not the gradient",
                of=at(APART, of=BUT_ONE),
                predicted=above(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C414o1",
        source="ours",
        sentence="The gradient, added to the kernel, lowers the loss",
        of=least(LOWER, ADDED),
        predicted=equal(100),
        expected=Outcome.REFUTED,
        controls=(
            FAILS,
            Control(
                sentence="subtracted from the kernel, the gradient lowers the loss in all draws",
                of=least(LOWER, SUBTRACTED),
                predicted=equal(100),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C414o2",
        source="ours",
        sentence="A step against the gradient lowers the loss, up to a length of 1.9 / L",
        of=least(LOWER, SUBTRACTED),
        predicted=equal(100),
        controls=(
            FAILS,
            Control(
                sentence="added to the kernel, the gradient raises the loss in all draws",
                of=least(HIGHER, ADDED),
                predicted=equal(100),
            ),
        ),
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "By the sum of what all positions contribute, subtracted. The sum is autograd's gradient to "
    "the last bit. Subtracted from the kernel it lowers the loss in {down:.0f} % of the draws, "
    "added to the kernel it raises the loss in {up:.0f} %.",
    down=least(LOWER, SUBTRACTED),
    up=least(HIGHER, ADDED),
)


def draw(record: Record) -> dict[str, Figure]:
    figure = Figure(figsize=(8, 4.4), layout="constrained")
    axes = figure.subplots()
    for colour, arm in zip(COLOURS, (SUBTRACTED, ADDED), strict=False):
        low, middle, high = record.measurements.arrays[arm]
        axes.fill_between(range(len(low)), low, high, color=colour, alpha=0.2, linewidth=0)
        axes.plot(middle, color=colour, marker="o", ms=4, label=f"gradient {arm}")
    axes.set_yscale("log")
    axes.set_xlabel("steps of 0.5 / L")
    axes.set_ylabel(
        "loss, as a share of the first\n(line: median, band: middle 80 % of the draws)"
    )
    axes.set_title(wrapped(record.finding("C414o1"), 7))
    axes.legend()
    return {"updates": figure}
