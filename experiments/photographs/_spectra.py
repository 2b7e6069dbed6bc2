"""The amplitude of an image by frequency, and the slope of its fall, for `spectrum`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

RANGE = (0.02, 0.3)  # cycles per pixel, of the fit
RINGS = 24  # equally wide in the logarithm of the frequency
TILES = 4  # of an image, along and down

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]  # frequencies and amplitudes


def curve(
    image: Tensor, window: str = "Hann", low: float = RANGE[0], high: float = RANGE[1]
) -> Curve:
    """The root mean square amplitude in rings of frequency; empty rings are left out."""
    return rings(power(image, window), image.shape, low, high)


def power(images: Tensor, window: str = "Hann") -> Tensor:
    """The power (..., H, W / 2 + 1) of images (..., H, W), less their mean, under a window."""
    height, width = images.shape[-2:]
    centered = images - images.mean((-2, -1), keepdim=True)
    if window == "Hann":
        ends = [torch.hann_window(side, dtype=images.dtype) for side in (height, width)]
        centered = centered * ends[0][:, None] * ends[1]
    found: Tensor = torch.fft.rfft2(centered).abs().square()
    return found


def rings(power: Tensor, shape: Sequence[int], low: float, high: float) -> Curve:
    down = torch.fft.fftfreq(shape[0], dtype=torch.float64)[:, None]
    right = torch.fft.rfftfreq(shape[1], dtype=torch.float64)
    frequency = (down**2 + right**2).sqrt().flatten().numpy()
    edges = np.geomspace(low, high, RINGS + 1)
    place = np.digitize(frequency, edges) - 1
    inside = (place >= 0) & (place < RINGS)
    count = np.bincount(place[inside], minlength=RINGS)
    sums = np.bincount(place[inside], weights=power.flatten().numpy()[inside], minlength=RINGS)
    where = np.sqrt(edges[:-1] * edges[1:])
    filled = count > 0
    return where[filled], np.sqrt(sums[filled] / count[filled])


def slope(found: Curve) -> float:
    """Of the straight line through the logarithms."""
    x, y = map(np.log, found)
    return float(np.polyfit(x, y, deg=1)[0])


def curvature(found: Curve) -> float:
    """How much the slope changes from the lowest frequency to the highest, by a parabola."""
    x, y = map(np.log, found)
    return float(2 * np.polyfit(x, y, deg=2)[0] * (x[-1] - x[0]))


def power_of_tiles(image: Tensor) -> Tensor:
    """Of TILES x TILES tiles of an image (H, W), each under a window of its own."""
    high, wide = (side // TILES for side in image.shape)
    cut = image.unfold(0, high, high).unfold(1, wide, wide)
    return power(cut.reshape(TILES**2, high, wide))


def linear_light(image: Tensor) -> Tensor:
    """Of pixels stored as sRGB, the light that they stand for."""
    return torch.where(image <= 0.04045, image / 12.92, ((image + 0.055) / 1.055) ** 2.4)


def other_fits(image: Tensor) -> dict[str, Curve]:
    """By other windows, ranges, and scales of brightness."""
    return {
        "as above": curve(image),
        "no window": curve(image, window="none"),
        "0.01 to 0.2": curve(image, low=0.01, high=0.2),
        "0.05 to 0.45": curve(image, low=0.05, high=0.45),
        "light, not sRGB": curve(linear_light(image)),
        "logarithm of light": curve((linear_light(image) + 1 / 255).log()),
    }
