"""Does a convolution follow a shift of its input?

Random networks of three convolutions see images that are shifted circularly. With circular
padding and stride 1 the output follows every shift exactly. Halved twice, by strides or by
pooling, it follows multiples of 4 pixels and nothing between: a comb. Zero padding disturbs the
border, one pixel deep per layer. All weights and pixels are whole numbers, so that every sum, and
every zero below, is exact; no network is trained.
"""

from collections.abc import Callable
from itertools import product
from typing import Literal

import numpy as np
import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Generator, Tensor, nn

from convlab.figures import lines
from convlab.measure import Claim, Control, Measured, Measurements, Outcome, Sample, above, equal
from convlab.probes.equivariance import border_width, equivariance
from convlab.settings import FROZEN, Seeds
from convlab.streams import Stream, generator
from convlab.train import sample
from convlab.workbench import Workbench

LAYERS = 3  # convolutions of 3 x 3 taps, each padded by one pixel
STEP = 4  # pixels per output, where the image is halved twice
SHIFTS = tuple(range(-2 * STEP, 2 * STEP + 1))  # pixels, to the right
CHANNELS = 8
Padding = Literal["circular", "zeros"]
CIRCULAR: Padding = "circular"
ZEROS: Padding = "zeros"
NOTHING, STRIDE, POOLING = "nothing", "stride 2", "max-pooling"
STEPS, OTHERS = f"by {STEP} pixels (greatest)", "others (least)"
ANY, BORDER = "any shift (greatest)", "border (outputs)"
HOLDS, REFUTED = Outcome.HOLDS, Outcome.REFUTED


class Config(BaseModel):
    """How many random networks see how many random images."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="random networks, each with images of its own")
    images: int = Field(4, ge=1, description="that each network sees")
    side: int = Field(32, ge=16, multiple_of=2 * STEP, description="of the images, in pixels")


def measure(config: Config, workbench: Workbench) -> Measurements:
    arms = list(product((CIRCULAR, ZEROS), HALVINGS))
    found = [errors_and_borders(config, *arm) for arm in workbench.track("networks", arms)]
    steps = torch.tensor([shift % STEP == 0 for shift in SHIFTS])
    measurements = Measurements()
    for (padding, halved), (errors, _) in zip(arms, found, strict=True):
        measurements.arrays[f"{padding}, {halved}"] = errors.numpy()
        followed, others = errors[:, steps].amax(dim=1), errors[:, ~steps].amin(dim=1)
        measurements.add(
            f"Relative error of {LAYERS} convolutions, by the shift of their input",
            {"padding": padding, "halved by": halved},
            {STEPS: sample(followed), OTHERS: sample(others)},
        )
    for (padding, halved), (errors, borders) in zip(arms, found, strict=True):
        measurements.add(
            "The greatest of these errors, and how deep from the border they reach",
            {"padding": padding, "halved by": halved},
            {ANY: sample(errors.amax(dim=1)), BORDER: sample(borders)},
        )
    return measurements


def errors_and_borders(config: Config, padding: Padding, halved: str) -> tuple[Tensor, Tensor]:
    """Of each seed's network the errors (seeds, shifts), and how deep its border is (seeds,)."""
    errors, borders = [], []
    shape = config.images, 1, config.side, config.side
    for seed in range(config.seeds):
        layers = network(padding, halved, generator(seed, Stream.WEIGHTS))
        x = whole(shape, 16, generator(seed, Stream.DATA))
        errors.append(equivariance(layers, x, [(0, shift) for shift in SHIFTS]))
        borders.append(border_width(layers, x, (0, config.side // 2)))
    return torch.stack(errors), torch.tensor(borders)


def network(padding: Padding, halved: str, generator: Generator) -> nn.Sequential:
    """From (N, 1, S, S) to (N, CHANNELS, S, S), or S / STEP, with whole numbers for weights."""
    first, second = (HALVINGS[halved](channels, padding) for channels in (1, CHANNELS))
    layers = nn.Sequential(*first, nn.ReLU(), *second, nn.ReLU(), *plain(CHANNELS, padding))
    for parameter in layers.double().parameters():
        parameter.data = whole(parameter.shape, 4, generator) - 2
    return layers


def plain(channels: int, padding: Padding, stride: int = 1) -> list[nn.Module]:
    return [nn.Conv2d(channels, CHANNELS, 3, stride, padding=1, padding_mode=padding)]


def strided(channels: int, padding: Padding) -> list[nn.Module]:
    return plain(channels, padding, stride=2)


def pooled(channels: int, padding: Padding) -> list[nn.Module]:
    return [*plain(channels, padding), nn.MaxPool2d(2)]


HALVINGS: dict[str, Callable[[int, Padding], list[nn.Module]]] = {
    NOTHING: plain,
    STRIDE: strided,
    POOLING: pooled,
}


def whole(shape: tuple[int, ...], most: int, generator: Generator) -> Tensor:
    """Whole numbers from 0 to `most`, in float64."""
    return torch.randint(most + 1, shape, generator=generator).double()


def of(quantity: str, padding: Padding, halved: str) -> Measured:
    return lambda m: m.get(quantity, padding=padding, **{"halved by": halved})


def halved_twice(quantity: str, pick: Callable[[float, float], float]) -> Measured:
    """Of circular networks with strides and with pooling: the picked one, for each seed."""

    def of_both(measurements: Measurements) -> Sample:
        both = (of(quantity, CIRCULAR, halved)(measurements) for halved in (STRIDE, POOLING))
        return Sample(tuple(map(pick, *(each.values for each in both))))

    return of_both


HALVED = (Control("halved networks do not", halved_twice(ANY, min), above(0.01)),)

EQUIVARIANT = "Convolution is translation equivariant"
CIRCULARLY = "With circular padding and stride 1 it follows every shift exactly"
BY_STEPS = f"Halved twice, it follows shifts by multiples of {STEP} pixels exactly"
NO_OTHER = "Halved twice, it follows no other shift"
ITS_BORDER = "Zero padding disturbs a border of one pixel per layer, and nothing inside it"

CLAIMS = (
    # with zeros and strides, as most networks are
    Claim("C312", "S3", EQUIVARIANT, of(ANY, ZEROS, STRIDE), equal(0), REFUTED),
    Claim("C312r", "S3", CIRCULARLY, of(ANY, CIRCULAR, NOTHING), equal(0), HOLDS, HALVED),
    Claim("C312r2", "S3", BY_STEPS, halved_twice(STEPS, max), equal(0)),
    Claim("C312r3", "S3", NO_OTHER, halved_twice(OTHERS, min), above(0.01)),
    Claim("C312r4", "S3", ITS_BORDER, of(BORDER, ZEROS, NOTHING), equal(LAYERS)),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    series = {}
    for padding, halved in product((CIRCULAR, ZEROS), (STRIDE, POOLING, NOTHING)):
        errors = measurements.arrays[f"{padding}, {halved}"]
        if padding == CIRCULAR or halved == NOTHING:
            name = f"{padding}, halved by {halved}"
            series[name] = (SHIFTS, *np.quantile(errors, [0.5, 0.25, 0.75], axis=0))
    figure = lines(
        series,
        title=f"Halved twice, convolutions follow a shift only by multiples of {STEP} pixels",
        x="shift of the input (pixels)",
        y="relative error (median, middle half)",
    )
    (axes,) = figure.axes
    axes.set_ylim(top=1.2)  # room for the legend, above the comb
    axes.legend(fontsize=9, ncols=2, loc="upper center")
    return {"comb": figure}
