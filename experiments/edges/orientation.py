"""Which edges does [-1, 1] see, and can it be learned from data?

Current minus left pixel measures how fast the brightness grows to the right. So the strongest edge
that [-1, 1] finds in a gradient turned by an angle must be the |cos| of that angle, which is 0 for
a horizontal edge. The control is the same kernel turned by 90 degrees: its edges must be |sin|.
Gradient descent must find the two weights in white noise, where they are unique. Constant images
are the control: every kernel whose weights sum to 0 finds no edge in them, so they cannot teach
which one it is. Both are trained enough: half the steps lead as near.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import cos, pi, radians, sin

import numpy as np
import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Generator, Tensor, nn
from torch.nn.functional import mse_loss

from convlab.figures import COLOURS, wrapped
from convlab.filters import KERNELS, correlate
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Quantity,
    Sample,
    above,
    at,
    below,
    between,
    equal,
    exactly,
    paired,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Data
from convlab.train import Networks, sample
from convlab.workbench import Workbench

from ._edge_arms import largest_magnitude
from ._edge_images import BOOK_SIZE, constant, noise, ramp, step, wave

ANGLES = range(0, 91, 15)  # degrees
PERIOD = 10 * pi  # of the wave in pixels; no whole number, so that no column repeats another
STRONGEST = "strongest |edge|"
RAMP, WAVE, OTHER_WAVE = "left-right, ramp", "left-right, wave", "up-down, wave"
NOISE, HALF, CONSTANT = "white noise", "white noise, half the steps", "constant"


class Config(BaseModel):
    """How the kernel is learned."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="kernels learned from each kind of image")
    training: Training = Training(steps=400, batch=16, lr=0.05, schedule="cosine")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    try_directions(measurements)
    turn(measurements)
    learn(measurements, config, workbench)
    return measurements


def try_directions(measurements: Measurements) -> None:
    """What the kernels find in a vertical step and in a horizontal one."""
    vertical = step(16, 16)
    for direction, image in {"vertical": vertical, "horizontal": vertical.T}.items():
        for arm, kernel in KERNELS.items():
            measurements.add(
                "The strongest edge that a kernel finds in a step from black to white",
                {"step": direction, "arm": arm},
                {STRONGEST: largest_magnitude(correlate(image, kernel))},
            )


def turn(measurements: Measurements) -> None:
    """What the kernels find in gradients of other directions, where neighbours differ by 1."""
    left_right, up_down = KERNELS["left-right"], KERNELS["up-down"]
    for angle in ANGLES:
        waves = wave(*BOOK_SIZE, PERIOD, angle) / (2 * sin(pi / PERIOD))
        arms = {
            "|cos|": exactly(round(cos(radians(angle)), 15)),
            RAMP: largest_magnitude(correlate(ramp(*BOOK_SIZE, angle), left_right)),
            WAVE: largest_magnitude(correlate(waves, left_right)),
            OTHER_WAVE: largest_magnitude(correlate(waves, up_down)),
        }
        for arm, strongest in arms.items():
            measurements.add(
                "The strongest edge in a turned gradient, whose neighbours differ by 1 at most",
                {"degrees": angle, "arm": arm},
                {STRONGEST: strongest},
            )


def learn(measurements: Measurements, config: Config, workbench: Workbench) -> None:
    """The kernel that gradient descent finds from images and their current - left."""
    half = config.training.model_copy(update={"steps": max(1, config.training.steps // 2)})
    arms = {
        NOISE: (noise, config.training),
        HALF: (noise, half),
        CONSTANT: (constant, config.training),
    }
    for arm, (draw_images, training) in arms.items():
        networks = workbench.fit(
            arm,
            partial(nn.Conv2d, 1, 1, (1, 2), bias=False),
            partial(lesson, draw_images),
            mse_loss,
            seeds=config.seeds,
            training=training,
            keep=[0],
        )
        table = "Two weights learned by gradient descent from current - left"
        measurements.add(table, {"arm": arm}, weights(networks))
    measurements.notes.append(
        "constant images do not determine the kernel, only the sum of its weights: their "
        "difference stays as it was drawn"
    )


def lesson(draw_images: Callable[[Generator], Tensor], generator: Generator) -> Data:
    x = draw_images(generator)
    return Data(x, x[..., 1:] - x[..., :-1])


def weights(networks: Networks) -> dict[str, Sample]:
    """What became of the kernels (S, 2) before training and after it."""
    first, last = (n.state["weight"].flatten(1).cpu() for n in (networks.at(0), networks))
    target = torch.tensor(KERNELS["left-right"])
    found = {
        "left weight": last[:, 0],
        "right weight": last[:, 1],
        "distance from [-1, 1]": (last - target).abs().amax(dim=1),
        "change of right - left": (last - first).diff(dim=1)[:, 0],
    }
    return {name: sample(values, varies=networks.varies) for name, values in found.items()}


def by_angle(measurements: Measurements, arm: str) -> list[float]:
    """The strongest edges of an arm at the angles, in their order."""
    return [measurements.get(STRONGEST, degrees=angle, arm=arm).center for angle in ANGLES]


def largest_distance(
    measurements: Measurements, arm: str, law: Callable[[float], float]
) -> Sample:
    """The largest distance, over the angles, of an arm's strongest edge from the law's."""
    pairs = zip(by_angle(measurements, arm), map(radians, ANGLES), strict=True)
    return exactly(max(abs(strongest - law(angle)) for strongest, angle in pairs))


def weight_sum(measurements: Measurements) -> Sample:
    """Left + right of every kernel that was learned from constant images."""
    left, right = (measurements.get(f"{side} weight", arm=CONSTANT) for side in ("left", "right"))
    return replace(left, values=tuple(map(sum, zip(left.values, right.values, strict=True))))


FROM_KERNEL = "distance from [-1, 1]"
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
        of=at("change of right - left", arm=CONSTANT),
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
