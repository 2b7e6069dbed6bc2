"""How does the time of a layer grow with its image?

It grows like its multiply-adds: those of a dense layer grow with the square of the number of
pixels, those of a convolution in proportion to that number. Only sizes count at which a step takes
at least ten times as long as that of a layer of one pixel. Times are of one machine, its threads
and its moment: all steps take turns, in random order, and a time is the faster of two that lie
half a run apart, since what slows a machine seldom lasts so long.

What is counted is an identity, for all settings; the times are predicted for the sizes here.
"""

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from torch import Tensor, nn

from convlab.cost import cost
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Sample,
    above,
    at,
    between,
    equal,
    exactly,
    number,
)
from convlab.memory import require
from convlab.record import Record
from convlab.settings import FROZEN, Timing
from convlab.streams import Stream
from convlab.timing import PROCESSOR, Step, exponents, note, of_steps, pass_through
from convlab.workbench import Workbench

from ._growth_figure import of_times
from ._names import CONVOLUTION, DENSE, Sides

MEASURES_TIME = True
OF_COUNTS, OF_TIMES = "exponent of multiply-adds", "exponent of time"
ABOVE_FLOOR = "least time / time of one pixel"
BATCHES = {DENSE: "64 images of 1 channel", CONVOLUTION: "16 images of 16 channels"}
Times = NDArray[np.float64]
PASSES = 2  # of all rounds


class Config(BaseModel):
    """Which sizes are timed, and how often."""

    model_config = FROZEN

    timing: Timing = Timing()
    dense_sides: Sides = Field((24, 28, 32, 40, 48), description="of growing images, in pixels")
    conv_sides: Sides = Field((24, 32, 40, 48, 64), description="of growing images, in pixels")


def measure(config: Config, workbench: Workbench) -> Measurements:
    weights = max(config.dense_sides) ** 4
    require(4 * 4 * weights, f"dense layers and gradients of {number(weights)} weights")
    sides = {DENSE: config.dense_sides, CONVOLUTION: config.conv_sides}
    rounds = config.timing.model_copy(update={"repeats": PASSES * config.timing.repeats})
    order = workbench.generator(Stream.ORDER)
    all_times = of_steps(steps(sides, PROCESSOR), rounds, PROCESSOR, order)
    times = {step: faster_pass(each) for step, each in all_times.items()}
    twice = "Of two rounds, half a run apart, the faster counts."
    measurements = Measurements(notes=[f"{note(rounds, PROCESSOR)} {twice}"])
    for arm, its_sides in sides.items():
        growing = np.stack([times[f"{arm} {side}"] for side in its_sides])
        _add(measurements, arm, its_sides, growing, times[f"{arm} 1"])
    return measurements


def faster_pass(times: Times) -> Times:
    """Of the times (rounds,), the lesser of each two that lie half of all rounds apart."""
    lesser: Times = times.reshape(PASSES, -1).min(axis=0)
    return lesser


def steps(sides: dict[str, tuple[int, ...]], device: str) -> dict[str, Step]:
    """A step of each layer at each of its sides, and one on one image of one pixel."""

    def step(arm: str, side: int, images: int | None = None) -> Step:
        layer, x = layer_and_batch(arm, side, images)
        return pass_through(layer.to(device), x.to(device))

    made = {}
    for arm, its_sides in sides.items():
        made[f"{arm} 1"] = step(arm, 1, images=1)
        made |= {f"{arm} {side}": step(arm, side) for side in its_sides}
    return made


def layer_and_batch(arm: str, side: int, images: int | None = None) -> tuple[nn.Module, Tensor]:
    """A layer and its batch, of sizes that keep a core busy with arithmetic rather than memory.

    Many images for a dense layer, many channels for a convolution; and all tensors of a step
    below 32 MB, above which the C library gives memory back and faults it in again each time.
    """
    if arm == DENSE:
        return nn.Linear(side**2, side**2, bias=False), torch.ones(images or 64, side**2)
    conv = nn.Conv2d(16, 16, 3, padding=1, bias=False)
    return conv, torch.ones(images or 16, 16, side, side)


def _add(into: Measurements, arm: str, sides: Sequence[int], times: Times, floor: Times) -> None:
    """Add the row of a layer: its times (sides, repeats), and those (repeats,) on one pixel."""
    pixels = np.square(sides)
    (of_counts,) = exponents(pixels, [[multiply_adds(arm, side)] for side in sides])
    quantities = {
        OF_COUNTS: exactly(round(of_counts, 9)),  # logarithms are rounded, too
        OF_TIMES: Sample(tuple(exponents(pixels, times).tolist()), varies="repeats"),
        ABOVE_FLOOR: Sample(tuple((times[0] / floor).tolist()), varies="repeats"),
    }
    into.add("growth as a power of the number of pixels", {"arm": arm}, quantities)
    into.arrays |= {f"{arm}, size (pixels)": pixels, f"{arm}, time (s)": times}


def multiply_adds(arm: str, side: int) -> int:
    with torch.device("meta"):
        return cost(*layer_and_batch(arm, side, images=1)).multiply_adds


# The regions of times are the ledger's, but sizes and clock were chosen after a trial, so they are
# not blind. In wall time and at sides up to 96 it gave 2.57 and 1.21 on a busy machine, where
# calls longer than a slice of the scheduler are interrupted: hence the processor's time, and
# smaller sides. At 48 x 48 pixels a dense layer still has 21 MB of weights, and its exponent rises
# where other programs share the cache for the whole of a run.
CLAIMS = (
    Claim(
        id="C007b",
        source="S0",
        sentence="The multiply-adds of a dense layer grow with the square of the pixels",
        of=at(OF_COUNTS, arm=DENSE),
        predicted=equal(2),
        general=True,
        identity=True,
    ),
    Claim(
        id="C007c",
        source="S0",
        sentence="The multiply-adds of a convolution grow in proportion to the pixels",
        of=at(OF_COUNTS, arm=CONVOLUTION),
        predicted=equal(1),
        general=True,
        identity=True,
    ),
    Claim(
        id="C007d",
        source="S0",
        sentence="The time of a dense layer grows like its multiply-adds",
        of=at(OF_TIMES, arm=DENSE),
        predicted=between(1.85, 2.15),
        controls=(
            Control(
                sentence="the least time is ten times that of a dense layer of one pixel",
                of=at(ABOVE_FLOOR, arm=DENSE),
                predicted=above(10),
            ),
        ),
        blind=False,
    ),
    Claim(
        id="C007e",
        source="S0",
        sentence="The time of a convolution grows like its multiply-adds",
        of=at(OF_TIMES, arm=CONVOLUTION),
        predicted=between(0.85, 1.15),
        controls=(
            Control(
                sentence="the least time is ten times that of a convolution of one pixel",
                of=at(ABOVE_FLOOR, arm=CONVOLUTION),
                predicted=above(10),
            ),
        ),
        blind=False,
    ),
)


ANSWER = Answer(
    "As its multiply-adds do. With twice the pixels a dense layer makes four times as many and a "
    "convolution twice as many, and the clock follows: time grew as the pixels to the power of "
    "{dense:.2f} in a dense layer, and of {convolution:.2f} in a convolution.",
    dense=at(OF_TIMES, arm=DENSE),
    convolution=at(OF_TIMES, arm=CONVOLUTION),
)


def draw(record: Record) -> dict[str, Figure]:
    findings = dict.fromkeys(map(record.finding, ("C007d", "C007e")))  # the question once
    return {"growth": of_times(record.measurements.arrays, BATCHES, "\n".join(findings))}
