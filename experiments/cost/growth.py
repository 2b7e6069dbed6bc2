"""How does the time of a layer grow with its image?

As its multiply-adds do, on sizes at which a step takes at least ten times as long as that of a
layer of one pixel: a dense layer's grow with the square of the pixels, a convolution's with the
pixels. Times are of one machine, its threads and its moment: all are taken in turn, in random
order.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from torch import Tensor, nn

from convlab.cost import cost
from convlab.figures import lines
from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Sample,
    above,
    at,
    between,
    equal,
    exactly,
)
from convlab.memory import require
from convlab.settings import FROZEN, Timing
from convlab.timing import Step, exponents, milliseconds, note, of_steps, pass_through
from convlab.workbench import Workbench

from ._names import CONVOLUTION, DENSE, Sides

COUNTED, TIMED, ABOVE_FLOOR = "exponent, multiply-adds", "exponent, time", "least / empty"


class Config(BaseModel):
    """Which sizes are timed, and how often."""

    model_config = FROZEN

    timing: Timing = Timing()
    dense_sides: Sides = Field((24, 28, 32, 40, 48), description="of growing images, in pixels")
    conv_sides: Sides = Field((24, 32, 40, 48, 64), description="of growing images, in pixels")


def measure(config: Config, workbench: Workbench) -> Measurements:
    weights = max(config.dense_sides) ** 4
    require(4 * 4 * weights, f"dense layers and gradients of {weights:,} weights")
    sides = {DENSE: config.dense_sides, CONVOLUTION: config.conv_sides}
    steps = {
        f"{name} {side}": step(name, side, images, workbench.device)
        for name, its_sides in sides.items()
        for side, images in ((1, 1), *((side, None) for side in its_sides))
    }
    times = of_steps(steps, config.timing, workbench.device)
    measurements = Measurements(notes=[note(config.timing, workbench.device)])
    for name, its_sides in sides.items():
        grown = np.stack([times[f"{name} {side}"] for side in its_sides])
        _add(measurements, name, its_sides, grown, times[f"{name} 1"])
    return measurements


def _add(
    measurements: Measurements,
    name: str,
    sides: Sequence[int],
    grown: NDArray[np.float64],
    empty: NDArray[np.float64],
) -> None:
    """The row of a layer: its times (sides, repeats), and those (repeats,) on one pixel."""
    pixels = np.square(sides)
    (by_count,) = exponents(pixels, [[counted(name, side)] for side in sides])
    quantities = {
        COUNTED: exactly(round(by_count, 9)),  # logarithms are rounded, too
        TIMED: Sample(tuple(exponents(pixels, grown).tolist())),
        ABOVE_FLOOR: Sample(tuple((grown[0] / empty).tolist())),
    }
    title = "growing with the pixels: exponents; the least time over that of one pixel"
    measurements.add(title, {"growing": name}, quantities)
    measurements.arrays |= {f"{name}, pixels": pixels, f"{name}, seconds": grown}


def growing(name: str, side: int, images: int | None = None) -> tuple[nn.Module, Tensor]:
    """A layer and its batch, of sizes that keep a core busy with arithmetic rather than memory.

    Many images for a dense layer, many channels for a convolution; and all tensors of a step
    below 32 MB, above which the C library gives memory back and faults it in again each time.
    """
    if name == DENSE:
        return nn.Linear(side**2, side**2, bias=False), torch.ones(images or 64, side**2)
    conv = nn.Conv2d(16, 16, 3, padding=1, bias=False)
    return conv, torch.ones(images or 16, 16, side, side)


def step(name: str, side: int, images: int | None, device: str) -> Step:
    layer, x = growing(name, side, images)
    return pass_through(layer.to(device), x.to(device))


def counted(name: str, side: int) -> int:
    with torch.device("meta"):
        return cost(*growing(name, side, images=1)).multiply_adds


def large_enough(name: str) -> Control:
    return Control("the least takes ten times an empty call", at(ABOVE_FLOOR, growing=name), TEN)


TEN = above(10)

# The regions are the ledger's. A first run, in wall time and at sides up to 96, gave 2.57 and 1.21
# on a busy machine, where calls longer than a slice of the scheduler are interrupted: hence the
# processor's time, and smaller sides. At 48 x 48 pixels a dense layer still has 21 MB of weights,
# and its exponent rises above 2.15 where other programs share the cache.
CLAIMS = (
    Claim(
        "C007b",
        "S0",
        "The multiply-adds of a dense layer grow with the square of the pixels",
        at(COUNTED, growing=DENSE),
        equal(2),
    ),
    Claim(
        "C007c",
        "S0",
        "Those of a convolution grow with the pixels",
        at(COUNTED, growing=CONVOLUTION),
        equal(1),
    ),
    Claim(
        "C007d",
        "S0",
        "The time of a dense layer does as its multiply-adds do",
        at(TIMED, growing=DENSE),
        between(1.85, 2.15),
        controls=(large_enough(DENSE),),
    ),
    Claim(
        "C007e",
        "S0",
        "The time of a convolution does as its multiply-adds do",
        at(TIMED, growing=CONVOLUTION),
        between(0.85, 1.15),
        controls=(large_enough(CONVOLUTION),),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    arrays = measurements.arrays
    scenes = {DENSE: "64 images of 1 channel", CONVOLUTION: "16 images of 16 channels"}
    series, names = {}, {name: f"{name}, {scene}" for name, scene in scenes.items()}
    for name, label in names.items():
        times = [milliseconds(each) for each in arrays[f"{name}, seconds"]]
        low, high = zip(*(each.interval for each in times), strict=True)
        series[label] = arrays[f"{name}, pixels"], [each.center for each in times], low, high
    figure = lines(
        series,
        title="Time grows as the multiply-adds do",
        x="pixels",
        y="forward and backward (ms)",
        log_x=True,
        log_y=True,
    )
    _draw_predicted(figure, series[names[DENSE]], 2, "--")
    _draw_predicted(figure, series[names[CONVOLUTION]], 1, ":")
    return {"growth": figure}


def _draw_predicted(figure: Figure, points: tuple[Any, ...], exponent: int, style: str) -> None:
    """A power of the pixels at the height of the points."""
    pixels, centers, *_ = points
    level = np.exp(np.log(centers / pixels**exponent).mean())
    label = f"predicted: pixels to the power {exponent}"
    (axes,) = figure.axes
    axes.plot(pixels, level * pixels**exponent, style, color="black", label=label, zorder=3)
    axes.legend(fontsize=9)
