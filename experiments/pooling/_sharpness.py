"""How sharp maps (C, H, W) are, and what pooling makes of images, lines and single windows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from statistics import fmean

import torch
from torch import Generator, Tensor
from torch.nn.functional import interpolate

from convlab.data import PHOTOGRAPHS
from convlab.measure import Measurements, Sample, Varies, exactly
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._noise_laws import moments
from ._pooled import AVERAGE, FEATURES, NOISE, WIDTHS
from ._sharp_quantities import (
    ARMS,
    GRADIENT,
    HIGH,
    LAW_MEAN,
    LAW_VARIANCE,
    MEAN,
    SUBSAMPLED,
    UNIFORM,
    VARIANCE,
)
from ._windows import feature_maps, photographs, pooled

TIMES = 2  # `feature_maps` of each photograph: one alone may be 0 everywhere
NYQUIST = 0.5  # cycles per pixel


def known_images() -> dict[str, Tensor]:
    """The photographs, in float64, and windows (1, H, W) in which all pixels are equal."""
    images = {name: pixels.double() for name, pixels in photographs().items()}
    small = next(iter(images.values()))[:, :48, :48]
    side = 48 * WIDTHS[-1] * WIDTHS[-2]  # of every width, windows tile the equal pixels
    return images | {UNIFORM: interpolate(small[None], size=(side, side))[0]}


def drawn_images(side: int, workbench: Workbench, seed: int) -> dict[str, Tensor]:
    """White noise, and feature maps of both photographs behind kernels that are drawn."""
    data, weights = (workbench.generator(each, seed) for each in (Stream.DATA, Stream.WEIGHTS))
    known = [pixels.double() for pixels in photographs().values()]
    maps = [feature_maps(each, weights) for _ in range(TIMES) for each in known]
    return {NOISE: white_noise(side, data), FEATURES: torch.cat(maps)}


def white_noise(side: int, generator: Generator) -> Tensor:
    return torch.randn(1, side, side, dtype=torch.float64, generator=generator)


def reduced(images: Tensor, arm: str, k: int) -> Tensor:
    """Images (C, H, W) made k times as small, by pooling or by one pixel of each window."""
    whole = images[..., : images.shape[-2] // k * k, : images.shape[-1] // k * k]
    return whole[..., ::k, ::k] if arm == SUBSAMPLED else pooled(whole, arm, k, stride=k)


def gradient_energy(maps: Tensor) -> float:
    """The mean square of the difference of two neighbours, in rows and in columns alike."""
    along, across = (maps.diff(dim=axis).square().mean() for axis in (-1, -2))
    return float(along + across) / 2


def high_energy(maps: Tensor) -> float:
    """The variance above half of Nyquist's frequency, along either axis.

    A Hann window takes away the jump from one border to the other.
    """
    windows = [torch.hann_window(n, periodic=False, dtype=maps.dtype) for n in maps.shape[-2:]]
    window = windows[0][:, None] * windows[1]
    centred = maps - maps.mean(dim=(-2, -1), keepdim=True)
    power = torch.fft.fft2(centred * window).abs().square() / (
        maps[0].numel() * window.square().sum()
    )
    rows, columns = (torch.fft.fftfreq(n).abs() for n in maps.shape[-2:])
    high = torch.maximum(rows[:, None], columns) > NYQUIST / 2
    return float((power * high).sum(dim=(-2, -1)).mean())


def variance(maps: Tensor) -> float:
    return float(maps.var(dim=(-2, -1), correction=0).mean())


def contrast_left(arm: str, k: int, line: float, ground: float) -> float:
    """Of a line one pixel wide, the share of its contrast that is left in the pooled map."""
    image = torch.full((1, 3 * k, 3 * k), ground, dtype=torch.float64)
    image[..., k + k // 2] = line
    map_ = pooled(image, arm, k, stride=k)
    return float((map_.max() - map_.min()) / abs(line - ground))


def wrong_windows(arm: str, other: str, side: int, generator: Generator) -> int:
    """How many pooled values of one arm are not what nested loops say of the other.

    The pixels are whole numbers, multiples of k x k, so that no mean is rounded.
    """
    wrong = 0
    for k in WIDTHS:
        image = k**2 * torch.randint(-99, 100, (1, side, side), generator=generator).double()
        map_ = pooled(image, arm, k, stride=k)[0].tolist()
        for row, column in product(range(side // k), repeat=2):
            wrong += map_[row][column] != _by_loops(image[0].tolist(), other, k, row, column)
    return wrong


def _by_loops(image: list[list[float]], arm: str, k: int, row: int, column: int) -> float:
    window = [image[k * row + i][k * column + j] for i in range(k) for j in range(k)]
    return fmean(window) if arm == AVERAGE else max(window)


def add_sharpness(into: Measurements, side: int, seeds: int, workbench: Workbench) -> None:
    """Of every image and arm; of photographs there is nothing drawn, so that they are exact."""
    known = known_images()
    drawn = [
        sharpness(drawn_images(side, workbench, seed))
        for seed in workbench.track("noise and maps", range(seeds))
    ]
    found = {key: exactly(value) for key, value in sharpness(known).items()}
    for key in drawn[0]:
        varies: Varies = "data" if key[0] == NOISE else "weights"
        found[key] = Sample(tuple(seed[key] for seed in drawn), "mean", varies)
    for image, k, arm in product((*known, FEATURES, NOISE), WIDTHS, ARMS):
        quantities = {what: found[image, arm, k, what] for what in MEASURES}
        if image == NOISE:
            law_mean, law = (exactly(moment) for moment in moments(arm, k))
            of_noise = {LAW_VARIANCE: law, MEAN: found[image, arm, k, MEAN], LAW_MEAN: law_mean}
            quantities |= of_noise
        title = "White noise of variance 1" if image == NOISE else "How sharp a map is"
        into.add(title, {"image": image, "k": k, "arm": arm}, quantities)
    shown = PHOTOGRAPHS[-1]
    into.arrays[shown] = known[shown][0, 160:280, 260:380].numpy()  # the middle of the flower


def sharpness(known: Mapping[str, Tensor]) -> dict[tuple[str, str, int, str], float]:
    """By image, arm, k and measure."""
    return {
        (image, arm, k, what): measured(reduced(pixels, arm, k))
        for image, pixels in known.items()
        for arm, k in product(ARMS, WIDTHS)
        for what, measured in (MEASURES | {MEAN: mean}).items()
    }


def mean(maps: Tensor) -> float:
    return float(maps.mean())


MEASURES = {VARIANCE: variance, GRADIENT: gradient_energy, HIGH: high_energy}
