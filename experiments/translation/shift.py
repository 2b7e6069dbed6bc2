"""Does a convolution follow a shift of its input?

Random layers and networks see images that are shifted circularly. One convolution must follow
every shift, away from the border; a layer that shares no weight and an MLP must not. With circular
padding and stride 1 a network of convolutions must follow everywhere. If the image is halved
twice, by strides or by pooling, it follows multiples of 4 pixels and nothing between: a comb. Zero
padding disturbs the border, half a kernel deep per layer. All weights and pixels are whole
numbers, so that every sum, and every zero below, is exact. No network is trained.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Literal

import numpy as np
import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Tensor, nn

from convlab.figures import lines
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Outcome,
    Quantity,
    Region,
    Sample,
    above,
    at,
    equal,
    exactly,
)
from convlab.probes.equivariance import border_width, equivariance, errors_by_depth
from convlab.record import Record
from convlab.settings import FROZEN, Seeds
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._shift_names import (
    CIRCULAR,
    CONVOLUTION,
    DENSE,
    LOCAL,
    PATCH,
    PLAIN,
    POOLING,
    STEP,
    STRIDE,
    ZEROS,
    Padding,
)
from ._shift_networks import (
    ARMS,
    convolution,
    network,
    single_layer,
    whole_numbers,
    with_whole_weights,
)

SHIFTS = tuple(range(-2 * STEP, 2 * STEP + 1))  # pixels
ACROSS = [(0, shift) for shift in SHIFTS]  # to the right
BOTH_WAYS = [each for shift in SHIFTS if shift for each in ((0, shift), (shift, 0))]
STEPS, OTHERS = f"greatest error at steps of {STEP} pixels", "least error at other shifts"
GREATEST, LEAST = "greatest error", "least error"
INSIDE, BORDER = "greatest error inside", "border (outputs)"
PAIRS = tuple(product((CIRCULAR, ZEROS), ARMS))


class Config(BaseModel):
    """How many random networks of which layers see how many random images."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="random networks, each with images of its own")
    images: int = Field(4, ge=1, description="that each network sees")
    side: int = Field(32, ge=16, multiple_of=2 * STEP, description="of the images, in pixels")
    kernel: Literal[1, 3, 5, 7] = Field(3, description="pixels along a side of each kernel")
    depth: int = Field(3, ge=2, le=5, description="convolutions of a network")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    add_single_layers(measurements, config, workbench)
    add_one_with_zeros(measurements, config, workbench)
    tracked = workbench.track("networks", PAIRS)
    results = {pair: errors_and_border(config, workbench, *pair) for pair in tracked}
    for (padding, arm), (errors, _) in results.items():
        measurements.arrays[f"{padding}, {arm}"] = errors.numpy()
        measurements.add(
            f"Relative error of {config.depth} convolutions, by the shift of their input",
            {"padding": padding, "arm": arm},
            errors_by_steps(errors),
        )
    for (padding, arm), (errors, border) in results.items():
        measurements.add(
            "The greatest of these errors, and how deep from the border they reach",
            {"padding": padding, "arm": arm},
            {GREATEST: greatest(errors), BORDER: exactly(border)},
        )
    return measurements


def weights_and_images(
    config: Config, workbench: Workbench
) -> Iterator[tuple[torch.Generator, Tensor]]:
    """Of each seed the generator of weights, and images (N, 1, S, S)."""
    shape = config.images, 1, config.side, config.side
    for seed in range(config.seeds):
        x = whole_numbers(shape, 16, workbench.generator(Stream.DATA, seed))
        yield workbench.generator(Stream.WEIGHTS, seed), x


def add_single_layers(measurements: Measurements, config: Config, workbench: Workbench) -> None:
    for arm in (CONVOLUTION, LOCAL, DENSE):
        errors = torch.stack(
            [
                equivariance(
                    single_layer(arm, config.kernel, weights),
                    x[..., :PATCH, :PATCH],
                    BOTH_WAYS,
                    stride=(1, 1),
                )
                for weights, x in weights_and_images(config, workbench)
            ]
        )
        measurements.add(
            "Relative error of one layer without padding, over all shifts and seeds",
            {"layer": arm},
            {GREATEST: greatest(errors), LEAST: least(errors)},
        )


def add_one_with_zeros(measurements: Measurements, config: Config, workbench: Workbench) -> None:
    """One convolution as it is usually padded, less the half kernel that sees the padding."""
    deep, errors = config.kernel // 2, []
    for weights, x in weights_and_images(config, workbench):
        layer = with_whole_weights(nn.Sequential(*convolution(1, config.kernel, ZEROS)), weights)
        errors += [errors_by_depth(layer, x, shift)[deep:] for shift in ACROSS if any(shift)]
    measurements.add(
        "Relative error of one zero-padded convolution, away from the border",
        {"padding": ZEROS},
        {INSIDE: greatest(torch.cat(errors))},
    )


def errors_and_border(
    config: Config, workbench: Workbench, padding: Padding, arm: str
) -> tuple[Tensor, int]:
    """Of each seed's network the errors (seeds, shifts), and how deep any has its border."""
    errors, deepest = [], 0
    for weights, x in weights_and_images(config, workbench):
        layers = network(padding, arm, config.kernel, config.depth, weights)
        errors.append(equivariance(layers, x, ACROSS))
        deepest = max(deepest, border_width(layers, x, (0, config.side // 2)))
    return torch.stack(errors), deepest


def errors_by_steps(errors: Tensor) -> dict[str, Sample]:
    """Of errors (seeds, shifts), the greatest at multiples of STEP and the least elsewhere."""
    steps = torch.tensor([shift % STEP == 0 for shift in SHIFTS])
    return {STEPS: greatest(errors[:, steps]), OTHERS: least(errors[:, ~steps])}


def greatest(errors: Tensor) -> Sample:
    return exactly(float(errors.max()))


def least(errors: Tensor) -> Sample:
    return exactly(float(errors.min()))


def halved(quantity: str, choose: Callable[[float, float], float]) -> Quantity:
    """Of the two circular networks that halve twice, the chosen value."""

    def choice(measurements: Measurements) -> Sample:
        get = partial(measurements.get, quantity, padding=CIRCULAR)
        return exactly(choose(get(arm=STRIDE).center, get(arm=POOLING).center))

    return Quantity(f"{quantity}, circular, halved twice", choice)


def reach(config: Config) -> Region:
    """Half a kernel per layer, as long as the borders at both ends do not meet.

    The shift is by half the image, and so no output is deeper than a quarter.
    """
    return equal(min(config.depth * (config.kernel // 2), config.side // 4))


SHARING_MATTERS = (
    Control(
        sentence="a layer with a kernel of its own for each position follows no shift",
        of=at(LEAST, layer=LOCAL),
        predicted=above(0.01),
    ),
    Control(
        sentence="an untrained MLP follows no shift",
        of=at(LEAST, layer=DENSE),
        predicted=above(0.01),
    ),
)
FOLLOWS_ALL = Control(
    sentence="as many circular convolutions of stride 1 follow all of these shifts",
    of=at(GREATEST, padding=CIRCULAR, arm=PLAIN),
    predicted=equal(0),
)
FOLLOWS_NOT_ALL = Control(
    sentence="circular networks that halve the image twice do not follow every shift",
    of=halved(GREATEST, min),
    predicted=above(0.01),
)

CLAIMS = (
    Claim(  # the operation itself: one layer, stride 1
        id="C312",
        source="S3",
        sentence="Convolution is translation equivariant: away from the border, a layer of "
        "stride 1 follows every shift",
        of=at(INSIDE, padding=ZEROS),
        predicted=equal(0),
        controls=SHARING_MATTERS[:1],
        general=True,
        identity=True,
    ),
    Claim(
        id="C312o1",
        source="ours",
        sentence="A CNN as usually built, with zeros and strides, is translation equivariant",
        of=at(GREATEST, padding=ZEROS, arm=STRIDE),
        predicted=equal(0),
        expected=Outcome.REFUTED,
        general=True,
        controls=(FOLLOWS_ALL,),
    ),
    Claim(
        id="C312r",
        source="S3",
        sentence="With circular padding and stride 1, convolutions follow every shift exactly",
        of=at(GREATEST, padding=CIRCULAR, arm=PLAIN),
        predicted=equal(0),
        controls=(FOLLOWS_NOT_ALL,),
        general=True,
        identity=True,
    ),
    Claim(
        id="C312r2",
        source="S3",
        sentence="If the image is halved twice, circular convolutions follow shifts by multiples "
        f"of {STEP} pixels exactly",
        of=halved(STEPS, max),
        predicted=equal(0),
        controls=(FOLLOWS_NOT_ALL,),
        general=True,
        identity=True,
    ),
    Claim(
        id="C312r3",
        source="S3",
        sentence="If the image is halved twice, circular convolutions follow no shift but "
        f"multiples of {STEP} pixels",
        of=halved(OTHERS, min),
        predicted=above(0.01),
        controls=(FOLLOWS_ALL,),
    ),
    Claim(
        id="C312r4",
        source="S3",
        sentence="Zero padding disturbs a border of half a kernel per layer, and nothing inside "
        "that border",
        of=at(BORDER, padding=ZEROS, arm=PLAIN),
        predicted=reach,
        controls=(
            Control(
                sentence="circular padding disturbs no border",
                of=at(BORDER, padding=CIRCULAR, arm=PLAIN),
                predicted=equal(0),
            ),
        ),
    ),
    Claim(
        id="C330",
        source="S3",
        sentence="Equivariance: where the input moves, the map of a convolution moves in the "
        "same way",
        of=at(GREATEST, layer=CONVOLUTION),
        predicted=equal(0),
        controls=SHARING_MATTERS,
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "A convolution follows a shift of its input exactly, wherever no padding is seen. An "
    "untrained MLP misses by {mlp:.1f} times the size of its map or more, and a layer that shares "
    "no weight by {local:.1f}. A whole network follows as well only if its padding is circular "
    f"and nothing is halved: halved twice, it follows multiples of {STEP} pixels alone and misses "
    "by {others:.2f} or more between; zeros disturb {border:.0f} outputs along the border.",
    mlp=at(LEAST, layer=DENSE),
    local=at(LEAST, layer=LOCAL),
    others=halved(OTHERS, min),
    border=at(BORDER, padding=ZEROS, arm=PLAIN),
)


def draw(record: Record) -> dict[str, Figure]:
    series = {}
    for padding, arm in product((CIRCULAR, ZEROS), (STRIDE, POOLING, PLAIN)):
        errors = record.measurements.arrays[f"{padding}, {arm}"]
        if padding == CIRCULAR or arm == PLAIN:
            quantiles = np.quantile(errors, [0.5, 0.25, 0.75], axis=0)
            series[f"{padding}, {arm}"] = (SHIFTS, *quantiles)
    figure = lines(
        series,
        title=record.finding("C312r3"),
        x="shift of the input to the right (pixels)",
        y="relative error (median and middle half of the seeds)",
    )
    (axes,) = figure.axes
    axes.set_ylim(top=1.2)  # room for the legend, above the comb
    axes.legend(fontsize=9, ncols=2, loc="upper center")
    return {"comb": figure}
