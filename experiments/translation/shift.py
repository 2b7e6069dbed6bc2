"""Does a convolution follow a shift of its input?

Random networks of three convolutions see images that are shifted circularly. With circular
padding and stride 1 the output follows every shift exactly. If the image is halved twice, by
strides or by pooling, the output follows multiples of 4 pixels and nothing between: a comb. Zero
padding disturbs the border, one pixel deep per layer. All weights and pixels are whole numbers, so
that every sum, and every zero below, is exact. No network is trained.
"""

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Literal

import numpy as np
import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Generator, Tensor, nn

from convlab.figures import lines
from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Outcome,
    Quantity,
    Sample,
    above,
    at,
    equal,
)
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
PLAIN, STRIDE, POOLING = "stride 1", "stride 2, twice", "max-pooling, twice"
STEPS, OTHERS = f"greatest error at steps of {STEP} pixels", "least error at other shifts"
ANY, BORDER = "greatest error at any shift", "border (outputs)"


class Config(BaseModel):
    """How many random networks see how many random images."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="random networks, each with images of its own")
    images: int = Field(4, ge=1, description="that each network sees")
    side: int = Field(32, ge=16, multiple_of=2 * STEP, description="of the images, in pixels")


def measure(config: Config, workbench: Workbench) -> Measurements:
    pairs = list(product((CIRCULAR, ZEROS), ARMS))
    tracked = workbench.track("networks", pairs)
    results = {pair: errors_and_borders(config, *pair) for pair in tracked}
    measurements = Measurements()
    for (padding, arm), (errors, _) in results.items():
        measurements.arrays[f"{padding}, {arm}"] = errors.numpy()
        measurements.add(
            f"Relative error of {LAYERS} convolutions, by the shift of their input",
            {"padding": padding, "arm": arm},
            errors_by_steps(errors),
        )
    for (padding, arm), (errors, borders) in results.items():
        measurements.add(
            "The greatest of these errors, and how deep from the border they reach",
            {"padding": padding, "arm": arm},
            {ANY: sample(errors.amax(dim=1)), BORDER: sample(borders)},
        )
    return measurements


def errors_by_steps(errors: Tensor) -> dict[str, Sample]:
    """Of errors (seeds, shifts), the greatest at multiples of STEP and the least elsewhere."""
    steps = torch.tensor([shift % STEP == 0 for shift in SHIFTS])
    return {
        STEPS: sample(errors[:, steps].amax(dim=1)),
        OTHERS: sample(errors[:, ~steps].amin(dim=1)),
    }


def errors_and_borders(config: Config, padding: Padding, arm: str) -> tuple[Tensor, Tensor]:
    """Of each seed's network the errors (seeds, shifts), and how deep its border is (seeds,)."""
    errors, borders = [], []
    shape = config.images, 1, config.side, config.side
    for seed in range(config.seeds):
        layers = network(padding, arm, generator(seed, Stream.WEIGHTS))
        x = whole_numbers(shape, 16, generator(seed, Stream.DATA))
        errors.append(equivariance(layers, x, [(0, shift) for shift in SHIFTS]))
        borders.append(border_width(layers, x, (0, config.side // 2)))
    return torch.stack(errors), torch.tensor(borders)


def network(padding: Padding, arm: str, generator: Generator) -> nn.Sequential:
    """From (N, 1, S, S) to (N, CHANNELS, S, S), or S / STEP, with whole numbers for weights."""
    first, second = (ARMS[arm](channels, padding) for channels in (1, CHANNELS))
    third = convolution(CHANNELS, padding)
    layers = nn.Sequential(*first, nn.ReLU(), *second, nn.ReLU(), *third)
    for parameter in layers.double().parameters():
        parameter.data = whole_numbers(parameter.shape, 4, generator) - 2
    return layers


def convolution(channels: int, padding: Padding, stride: int = 1) -> list[nn.Module]:
    return [nn.Conv2d(channels, CHANNELS, 3, stride, padding=1, padding_mode=padding)]


def convolution_with_pooling(channels: int, padding: Padding) -> list[nn.Module]:
    return [*convolution(channels, padding), nn.MaxPool2d(2)]


ARMS: dict[str, Callable[[int, Padding], list[nn.Module]]] = {  # of the first two layers
    PLAIN: convolution,
    STRIDE: partial(convolution, stride=2),
    POOLING: convolution_with_pooling,
}


def whole_numbers(shape: tuple[int, ...], most: int, generator: Generator) -> Tensor:
    """Whole numbers from 0 to `most`, in float64."""
    return torch.randint(most + 1, shape, generator=generator).double()


def halved(quantity: str, choose: Callable[[float, float], float]) -> Quantity:
    """Of the two circular networks that halve twice, the chosen value for each seed."""

    def choice(measurements: Measurements) -> Sample:
        arms = (at(quantity, padding=CIRCULAR, arm=arm) for arm in (STRIDE, POOLING))
        both = (arm(measurements).values for arm in arms)
        return Sample(tuple(map(choose, *both)))

    return Quantity(f"{quantity}, circular, halved twice", choice)


CLAIMS = (
    Claim(  # with zeros and strides, as most networks are
        id="C312",
        source="S3",
        sentence="Convolution is translation equivariant",
        of=at(ANY, padding=ZEROS, arm=STRIDE),
        predicted=equal(0),
        expected=Outcome.REFUTED,
    ),
    Claim(
        id="C312r",
        source="S3",
        sentence="With circular padding and stride 1, a convolution follows every shift exactly",
        of=at(ANY, padding=CIRCULAR, arm=PLAIN),
        predicted=equal(0),
        controls=(
            Control(
                sentence="circular networks that halve the image twice do not follow every shift",
                of=halved(ANY, min),
                predicted=above(0.01),
            ),
        ),
    ),
    Claim(
        id="C312r2",
        source="S3",
        sentence="If the image is halved twice, circular convolutions follow shifts by multiples "
        f"of {STEP} pixels exactly",
        of=halved(STEPS, max),
        predicted=equal(0),
    ),
    Claim(
        id="C312r3",
        source="S3",
        sentence="If the image is halved twice, circular convolutions follow no shift but "
        f"multiples of {STEP} pixels",
        of=halved(OTHERS, min),
        predicted=above(0.01),
    ),
    Claim(
        id="C312r4",
        source="S3",
        sentence="Zero padding disturbs a border of one pixel per layer, and nothing inside that "
        "border",
        of=at(BORDER, padding=ZEROS, arm=PLAIN),
        predicted=equal(LAYERS),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    series = {}
    for padding, arm in product((CIRCULAR, ZEROS), (STRIDE, POOLING, PLAIN)):
        errors = measurements.arrays[f"{padding}, {arm}"]
        if padding == CIRCULAR or arm == PLAIN:
            quantiles = np.quantile(errors, [0.5, 0.25, 0.75], axis=0)
            series[f"{padding}, {arm}"] = (SHIFTS, *quantiles)
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
