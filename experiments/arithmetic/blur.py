"""Can a kernel raise and lower values locally?

Blurring by the mean of k x k pixels lowers how much neighbours differ, sharpening (twice the pixel
less that mean) raises it. On white noise the variance that is left is the sum of the squared
weights: 1 / k² of it after blurring, 4 − 3 / k² after sharpening. Predicted: both laws, at every
width. The law is one of noise: neighbours in a photograph are alike, and blurring must leave most
of its variance. Another control is a kernel of one pixel, which changes nothing.
"""

from collections.abc import Callable

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Tensor
from torch.nn.functional import conv2d

from convlab.data import PHOTOGRAPHS, photograph
from convlab.figures import images
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Quantity,
    Region,
    Sample,
    above,
    at,
    below,
    between,
    equal,
    exactly,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._widths import BLURRED, SHARPENED, WIDTHS, standard_error, weights, weights_squared

KEPT, LAW = "variance (share of the image's)", "sum of squared weights (share)"
NOISE, IMAGE, SAME = "white noise", "photograph", "kernel of one pixel"
WIDTH = 3  # pixels, of the claim about the post's sentence and of the figure


class Config(BaseModel):
    """How much noise is drawn."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="draws of noise")
    side: int = Field(256, ge=16, le=4096, description="of the noise, in pixels")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    noise = [
        torch.randn(
            config.side,
            config.side,
            generator=workbench.generator(Stream.DATA, seed),
            dtype=torch.float64,
        )
        for seed in range(config.seeds)
    ]
    known = {name: photograph(name).double() for name in PHOTOGRAPHS}
    for k in workbench.track("widths", WIDTHS):
        for arm, kernel in kernels(k).items():
            law = exactly(weights_squared(arm, k))
            shares = Sample(tuple(kept(image, kernel) for image in noise), "mean", "data")
            add(measurements, NOISE, arm, k, {KEPT: shares, LAW: law})
            for name, image in known.items():
                add(measurements, name, arm, k, {KEPT: exactly(kept(image, kernel)), LAW: law})
    one = torch.ones(1, 1, dtype=torch.float64)
    add(measurements, NOISE, SAME, 1, {KEPT: exactly(kept(noise[0], one)), LAW: exactly(1)})
    corner = known[PHOTOGRAPHS[0]][100:196, 240:336]
    shown = {arm: correlated(corner, each) for arm, each in kernels(WIDTH).items()}
    measurements.arrays.update({IMAGE: corner.numpy()})
    measurements.arrays.update({arm: image.numpy() for arm, image in shown.items()})
    return measurements


def add(
    measurements: Measurements, image: str, arm: str, k: int, found: dict[str, Sample]
) -> None:
    title = "How much variance is left by kernels of k x k pixels"
    measurements.add(title, {"image": image, "arm": arm, "k": k}, found)


def kernels(k: int) -> dict[str, Tensor]:
    return {arm: torch.from_numpy(weights(arm, k)) for arm in (BLURRED, SHARPENED)}


def correlated(image: Tensor, kernel: Tensor) -> Tensor:
    return conv2d(image[None, None], kernel[None, None])[0, 0]


def kept(image: Tensor, kernel: Tensor) -> float:
    """The variance of what the kernel makes of the image, as a share of the image's."""
    return float(correlated(image, kernel).var() / image.var())


def error_of_law(arm: str) -> Quantity:
    """The share of the variance over its law, less 1, at the width where it is farthest from 0."""

    def error(measurements: Measurements) -> Sample:
        errors = []
        for k in WIDTHS:
            found = measurements.get(KEPT, image=NOISE, arm=arm, k=k)
            law = weights_squared(arm, k)
            values = tuple(share / law - 1 for share in found.values)
            errors.append(Sample(values, "mean", "data"))
        return max(errors, key=lambda each: abs(each.center))

    return Quantity(f"error of the law, {arm}", error, "share")


def near_law(arm: str) -> Callable[[Config], Region]:
    """Within five standard errors of 0: about two are the interval, the rest is chance."""

    def region(config: Config) -> Region:
        margin = 5 * max(standard_error(arm, k, config.side, config.seeds) for k in WIDTHS)
        return between(-margin, margin)

    return region


NOTHING = Control(
    sentence="a kernel of one pixel leaves the variance as it is",
    of=at(KEPT, image=NOISE, arm=SAME, k=1),
    predicted=equal(1),
)
PHOTOGRAPH = Control(
    sentence="of a photograph, whose neighbours are alike, blurring leaves more than half",
    of=at(KEPT, image=PHOTOGRAPHS[0], arm=BLURRED, k=WIDTH),
    predicted=above(0.5),
)

CLAIMS = (
    Claim(
        id="C402",
        source="S4",
        sentence="With a kernel, values can be increased or decreased locally: sharpening raises "
        "the variance of noise, and blurring lowers it",
        of=at(KEPT, image=NOISE, arm=SHARPENED, k=WIDTH),
        predicted=above(1),
        controls=(
            NOTHING,
            Control(
                sentence="blurring leaves less of it",
                of=at(KEPT, image=NOISE, arm=BLURRED, k=WIDTH),
                predicted=below(1),
            ),
        ),
        general=True,
    ),
    Claim(
        id="C402o1",
        source="ours",
        sentence="The mean of k × k pixels leaves 1/k² of the variance of white noise",
        of=error_of_law(BLURRED),
        predicted=near_law(BLURRED),
        controls=(NOTHING, PHOTOGRAPH),
    ),
    Claim(
        id="C402o2",
        source="ours",
        sentence="Twice the pixel less the mean of k × k around it raises the variance of white "
        "noise to 4 − 3/k² of what it was",
        of=error_of_law(SHARPENED),
        predicted=near_law(SHARPENED),
        controls=(
            NOTHING,
            Control(
                sentence="of a photograph sharpening makes less than half of that",
                of=at(KEPT, image=PHOTOGRAPHS[0], arm=SHARPENED, k=WIDTH),
                predicted=below(2),
            ),
        ),
    ),
)

ANSWER = Answer(
    "Yes. The mean of 3 × 3 pixels leaves {blurred:.3f} of the variance of noise, one ninth, and "
    "sharpening makes {sharpened:.2f} times as much of it. Of a photograph, where neighbours are "
    "alike, the mean leaves {photograph:.2f}.",
    blurred=at(KEPT, image=NOISE, arm=BLURRED, k=WIDTH),
    sharpened=at(KEPT, image=NOISE, arm=SHARPENED, k=WIDTH),
    photograph=at(KEPT, image=PHOTOGRAPHS[0], arm=BLURRED, k=WIDTH),
)


def draw(record: Record) -> dict[str, Figure]:
    title = record.finding("C402")
    arrays = record.measurements.arrays
    panels = {name: arrays[name].clip(0, 1) for name in (IMAGE, BLURRED, SHARPENED)}
    return {"blur": images(panels, title=title, highest=1)}
