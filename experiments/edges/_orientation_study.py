"""What kernels find in edges of every direction, and what kernels gradient descent finds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import cos, pi, radians, sin

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import mse_loss

from convlab.filters import KERNELS, correlate
from convlab.measure import Measurements, Sample, exactly
from convlab.settings import Training
from convlab.streams import Data
from convlab.train import Networks, sample
from convlab.workbench import Workbench

from ._edge_arms import largest_magnitude
from ._edge_images import BOOK_SIZE, constant, noise, ramp, step, wave
from ._orientation_quantities import (
    ANGLES,
    CHANGE,
    CONSTANT,
    FROM_KERNEL,
    HALF,
    NOISE,
    OTHER_WAVE,
    PERIOD,
    RAMP,
    STRONGEST,
    WAVE,
)


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


def learn(
    measurements: Measurements, seeds: int, training: Training, workbench: Workbench
) -> None:
    """The kernel that gradient descent finds from images and their current - left."""
    half = training.model_copy(update={"steps": max(1, training.steps // 2)})
    arms = {NOISE: (noise, training), HALF: (noise, half), CONSTANT: (constant, training)}
    for arm, (draw_images, own_training) in arms.items():
        networks = workbench.fit(
            arm,
            partial(nn.Conv2d, 1, 1, (1, 2), bias=False),
            partial(lesson, draw_images),
            mse_loss,
            seeds=seeds,
            training=own_training,
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
        FROM_KERNEL: (last - target).abs().amax(dim=1),
        CHANGE: (last - first).diff(dim=1)[:, 0],
    }
    return {name: sample(values, varies=networks.varies) for name, values in found.items()}
