"""Images made from a photograph, or drawn, of which it is known what they are like.

With its phases shuffled, a photograph keeps its spectrum, and so every correlation, while all its
parts are alike on average. With its pixels shuffled, nothing of its correlation is left.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor

ECHO = 0.9  # of a pixel, that comes back


def phases_shuffled(image: Tensor, generator: Generator) -> Tensor:
    """The image (H, W) with the phases of white noise: a stationary field of its spectrum."""
    noise = torch.randn(image.shape, dtype=image.dtype, generator=generator)
    of_noise = torch.fft.rfft2(noise)
    phases = of_noise / of_noise.abs()
    phases[0, 0] = 1  # the mean stays
    stationary: Tensor = torch.fft.irfft2(torch.fft.rfft2(image) * phases, s=image.shape)
    return stationary


def pixels_shuffled(image: Tensor, generator: Generator) -> Tensor:
    order = torch.randperm(image.numel(), generator=generator)
    return image.flatten()[order].view_as(image)


def power_law(shape: tuple[int, int], slope: float, generator: Generator) -> Tensor:
    """A Gaussian field (H, W), cut from one twice as large, so that its ends do not meet.

    Its amplitude falls with the frequency f as f to the power `slope`.
    """
    height, width = (2 * side for side in shape)
    down = torch.fft.fftfreq(height, dtype=torch.float64)[:, None]
    right = torch.fft.rfftfreq(width, dtype=torch.float64)
    frequency = (down**2 + right**2).sqrt()
    frequency[0, 0] = torch.inf if slope < 0 else 0  # no mean
    noise = torch.randn(height, width, dtype=torch.float64, generator=generator)
    field: Tensor = torch.fft.irfft2(torch.fft.rfft2(noise) * frequency**slope, s=noise.shape)
    return field[: shape[0], : shape[1]] / field.std()


def echoes(shape: tuple[int, int], step: int, generator: Generator) -> Tensor:
    """A field (H, W) in which a pixel depends on those `step` away in its row, and on no other.

    W is a multiple of the step.
    """
    noise = torch.randn(shape[0], shape[1] // step, step, dtype=torch.float64, generator=generator)
    for column in range(1, noise.shape[1]):
        noise[:, column] += ECHO * noise[:, column - 1]
    return noise.flatten(1)
