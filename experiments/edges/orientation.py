"""Which edges does [-1, 1] see, and can it be learned from data?

Current minus left pixel measures how fast the brightness grows to the right. So the answer to an
edge that is turned by an angle must be its |cos|, which is 0 for a horizontal edge. The control is
the same kernel turned by 90 degrees: it must answer |sin|. Gradient descent must find the two
weights in white noise, where they are unique. Constant images are the control: every kernel whose
weights sum to 0 answers them in the same way, so they cannot teach it.
"""

from collections.abc import Callable
from functools import partial
from math import cos, pi, radians, sin

import numpy as np
import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Generator, Tensor, nn
from torch.nn.functional import mse_loss

from convlab.figures import COLOURS
from convlab.filters import KERNELS, correlate
from convlab.measure import (
    Claim,
    Control,
    Measured,
    Measurements,
    Sample,
    above,
    at,
    below,
    between,
    equal,
    exactly,
)
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Data
from convlab.train import sample
from convlab.workbench import Workbench

from ._images import BOOK_SIZE, constant, noise, ramp, step, wave
from ._ways import strongest

LEFT_RIGHT, UP_DOWN = "left-right", "up-down"
VERTICAL, HORIZONTAL = "to a vertical edge", "to a horizontal edge"
ANGLE, ANGLES = "turned by (degrees)", range(0, 91, 15)
WAVE, RAMP, OTHER_WAVE = "wave", "ramp", "wave, up-down"
PERIOD = 10 * pi  # of the wave in pixels; no whole number, so that no column repeats another
NOISE, CONSTANT = "white noise", "constant"
LEFT, RIGHT = "left weight", "right weight"
DISTANCE, DRIFT = "distance from [-1, 1]", "change of right - left"


class Config(BaseModel):
    """How the kernel is learned."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="kernels learned from each kind of image")
    training: Training = Training(steps=400, batch=16, lr=0.05, schedule="cosine")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    meet(measurements)
    turn(measurements)
    learn(measurements, config, workbench)
    return measurements


def meet(measurements: Measurements) -> None:
    """What the kernels answer to a vertical edge and to a horizontal one."""
    vertical = step(16, 16)
    for name, kernel in KERNELS.items():
        answers = correlate(vertical, kernel), correlate(vertical.T, kernel)
        measurements.add(
            "The strongest answer of a kernel to a step from black to white",
            {"kernel": name},
            dict(zip((VERTICAL, HORIZONTAL), map(strongest, answers), strict=True)),
        )


def turn(measurements: Measurements) -> None:
    """What [-1, 1] answers to gradients of other directions, where neighbours differ by 1."""
    for angle in ANGLES:
        waves = wave(*BOOK_SIZE, PERIOD, angle) / (2 * sin(pi / PERIOD))
        measurements.add(
            "The strongest answer to a gradient that is turned",
            {ANGLE: angle},
            {
                "|cos|": exactly(round(cos(radians(angle)), 15)),
                RAMP: strongest(correlate(ramp(*BOOK_SIZE, angle), KERNELS[LEFT_RIGHT])),
                WAVE: strongest(correlate(waves, KERNELS[LEFT_RIGHT])),
                OTHER_WAVE: strongest(correlate(waves, KERNELS[UP_DOWN])),
            },
        )


def learn(measurements: Measurements, config: Config, workbench: Workbench) -> None:
    """The kernel that gradient descent finds from images and their current - left."""
    build = partial(nn.Conv2d, 1, 1, (1, 2), bias=False)
    for kind, draw_images in {NOISE: noise, CONSTANT: constant}.items():
        task, seeds, training = partial(lesson, draw_images), config.seeds, config.training
        networks = workbench.fit(
            kind, build, task, mse_loss, seeds=seeds, training=training, keep=[0]
        )
        first, last = (n.state["weight"].flatten(1).cpu() for n in (networks.at(0), networks))
        measurements.add(
            "Two weights learned by gradient descent from current - left",
            {"images": kind},
            {
                LEFT: sample(last[:, 0]),
                RIGHT: sample(last[:, 1]),
                DISTANCE: sample((last - torch.tensor(KERNELS[LEFT_RIGHT])).abs().amax(dim=1)),
                DRIFT: sample((last - first).diff(dim=1)[:, 0]),
            },
        )
    measurements.notes.append(
        "constant images do not determine the kernel, only the sum of its weights: their "
        "difference stays as it was drawn"
    )


def lesson(draw_images: Callable[[Generator], Tensor], generator: Generator) -> Data:
    x = draw_images(generator)
    return Data(x, x[..., 1:] - x[..., :-1])


def answers(measurements: Measurements, quantity: str) -> list[float]:
    """The answers at the angles, in their order."""
    return [measurements.get(quantity, **{ANGLE: angle}).center for angle in ANGLES]


def farthest(quantity: str, predicted: Callable[[float], float]) -> Measured:
    """The largest distance, over the angles, of an answer from the predicted one."""

    def distance(measurements: Measurements) -> Sample:
        pairs = zip(answers(measurements, quantity), map(radians, ANGLES), strict=True)
        return exactly(max(abs(answer - predicted(angle)) for answer, angle in pairs))

    return distance


def weight_sum(measurements: Measurements) -> Sample:
    """Left + right of every kernel that was learned from constant images."""
    sides = (measurements.get(side, images=CONSTANT).values for side in (LEFT, RIGHT))
    return Sample(tuple(map(sum, zip(*sides, strict=True))))


SEES = (
    Control("it sees the vertical one", at(VERTICAL, kernel=LEFT_RIGHT), equal(1)),
    Control("up-down sees the horizontal", at(HORIZONTAL, kernel=UP_DOWN), equal(1)),
)
FOLLOWS = (
    Control("to a ramp, too", farthest(RAMP, cos), below(1e-9)),
    Control("up-down answers |sin|", farthest(OTHER_WAVE, sin), below(0.01)),
)
SUMS = (
    Control("the sum is learned", weight_sum, between(-1e-3, 1e-3)),
    Control("the start is not [-1, 1]", at(DISTANCE, images=CONSTANT), above(0.25)),
)

ONE_WAY = "[-1, 1] sees vertical edges only: to a horizontal one it answers 0"
BY_COSINE = "[-1, 1] answers a wave turned by an angle with its |cos| (largest distance)"
IN_NOISE = "Gradient descent finds [-1, 1] in white noise (largest distance of a weight)"
GREY = "Constant images cannot teach [-1, 1]: right - left stays as it was drawn"

CLAIMS = (
    Claim("C013r2", "S0", ONE_WAY, at(HORIZONTAL, kernel=LEFT_RIGHT), equal(0), controls=SEES),
    Claim("C013r3", "S0", BY_COSINE, farthest(WAVE, cos), below(0.01), controls=FOLLOWS),
    Claim("C013r4", "S0", IN_NOISE, at(DISTANCE, images=NOISE), below(1e-3)),
    Claim("C013r5", "S0", GREY, at(DRIFT, images=CONSTANT), between(-1e-4, 1e-4), controls=SUMS),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    figure = Figure(figsize=(8, 4.8), layout="constrained")
    axes, angles = figure.subplots(), np.linspace(0, 90, 91)
    kernels = {"[-1, 1]": (WAVE, "o", np.cos), "[-1, 1] up-down": (OTHER_WAVE, "s", np.sin)}
    for colour, (kernel, (quantity, marker, curve)) in zip(COLOURS, kernels.items(), strict=False):
        predicted = np.abs(curve(np.radians(angles)))
        axes.plot(angles, predicted, "--", color=colour, label=f"|{curve.__name__}|, predicted")
        axes.plot(ANGLES, answers(measurements, quantity), marker, color=colour, label=kernel)
    axes.set_title("[-1, 1] answers an edge turned by an angle with its |cos|")
    axes.set_xlabel("the wave is turned by (degrees)")
    axes.set_ylabel("strongest answer (neighbours differ by 1)")
    axes.set_xticks([*ANGLES])
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend()
    return {"orientation": figure}
