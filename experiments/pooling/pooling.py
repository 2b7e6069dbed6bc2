"""How much of a small shift does max-pooling ignore?

The maximum of a window stays the same where the greatest pixel lies in both the old window and
the new. Of k x k windows on noise that moves by one pixel, that is a share (k - 1) / (k + 1): one
half for k = 3. A photograph keeps more, because neighbours share one of 256 greys. With these ties
broken it keeps less than noise, for on a slope the greatest pixel is at the edge of its window.
A single bright pixel may move from (k - 1) / k of the positions, those inside its window: the
post's own example is one of them.
"""

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Generator, Tensor
from torch.nn.functional import max_pool2d

from convlab.data import PHOTOGRAPHS, photograph
from convlab.figures import lines, points
from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Outcome,
    Quantity,
    Sample,
    at,
    below,
    equal,
    exactly,
)
from convlab.settings import FROZEN, Seeds
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

WIDTHS = (2, 3, 4)  # pixels: the k of k x k windows
UNCHANGED, LAW = "unchanged (share)", "law of noise (share)"
SAME_OUTPUT, MAXIMUM = "same output (share)", "maximum"
NOISE = "noise"
ALONG, DIAGONAL = "along an axis", "diagonally"
MOVES = {ALONG: (0, 1), DIAGONAL: (1, 1)}  # pixels, down and right
LEVEL = 1 / 255  # one grey of an 8-bit photograph
EXAMPLE = {"[1, 0, 0]": (1.0, 0.0, 0.0), "[0, 0, 1]": (0.0, 0.0, 1.0)}


class Config(BaseModel):
    """How much noise is pooled how often."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="draws of noise")
    side: int = Field(1024, ge=8, le=8192, description="of the noise, in pixels")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    for k in workbench.track("windows of noise", WIDTHS):
        for image, share in shares_by_image(config, k).items():
            measurements.add(
                "Windows of k x k pixels that keep their maximum when the image moves by a pixel",
                {"image": image, "k": k},
                {UNCHANGED: share, LAW: exactly(law_of_noise(k))},
            )
    add_bright_pixel(measurements)
    for vector, pixels in EXAMPLE.items():
        maximum = exactly(float(max_pool2d(torch.tensor([[pixels]]), (1, 3))))
        measurements.add("The post's example, max-pooled", {"input": vector}, {MAXIMUM: maximum})
    return measurements


def add_bright_pixel(measurements: Measurements) -> None:
    """For each window and move, the share of positions of a bright pixel with the same output."""
    for k in WIDTHS:
        for arm, move in MOVES.items():
            measurements.add(
                "One bright pixel moves by one: positions with the same output of k x k windows",
                {"k": k, "arm": arm},
                {SAME_OUTPUT: exactly(share_of_same_outputs(k, move))},
            )


def shares_by_image(config: Config, k: int) -> dict[str, Sample]:
    """The share that stays of noise, of photographs, and of photographs without their ties."""
    generators = [generator(seed, Stream.DATA) for seed in range(config.seeds)]
    noises = [noise((config.side, config.side), each) for each in generators]
    shares = {NOISE: sample_of_shares(noises, k)}
    for name in PHOTOGRAPHS:
        image = photograph(name).double()
        dithers = [image + LEVEL * noise(image.shape, each) for each in generators]
        shares[name] = exactly(share_of_unchanged_windows(image, k))
        shares[without_ties(name)] = sample_of_shares(dithers, k)
    return shares


def sample_of_shares(images: list[Tensor], k: int) -> Sample:
    return Sample(tuple(share_of_unchanged_windows(each, k) for each in images), "mean")


def without_ties(name: str) -> str:
    return f"{name}, ties broken"


def noise(shape: tuple[int, ...], generator: Generator) -> Tensor:
    """Independent pixels, uniform in [0, 1) in float64: no two of them are equal."""
    return torch.rand(shape, dtype=torch.float64, generator=generator)


def law_of_noise(k: int) -> float:
    return (k - 1) / (k + 1)


def share_of_unchanged_windows(image: Tensor, k: int) -> float:
    """The share of k x k windows that keep their maximum when the image (H, W) moves by a pixel.

    The windows lie at every pixel, so that what moves into one window was in its neighbour.
    """
    maxima = max_pool2d(image[None], k, stride=1)
    return float((maxima[..., 1:] == maxima[..., :-1]).double().mean())


def share_of_same_outputs(k: int, move: tuple[int, int]) -> float:
    """The share of a bright pixel's positions from which the move changes no output, stride k."""
    side = 3 * k
    images = torch.eye(side**2).view(-1, 1, side, side)  # one for each position
    before, after = (max_pool2d(each, k) for each in (images, images.roll(move, dims=(2, 3))))
    return float((before == after).flatten(1).all(dim=1).double().mean())


def distance_of_noise(measurements: Measurements) -> Sample:
    """The greatest distance from (k - 1) / (k + 1) among the widths, for each seed."""
    shares = {k: measurements.get(UNCHANGED, image=NOISE, k=k).values for k in WIDTHS}
    distances = [[abs(each - law_of_noise(k)) for each in shares[k]] for k in WIDTHS]
    return Sample(tuple(map(max, zip(*distances, strict=True))))


def distance_of_bright_pixel(measurements: Measurements) -> Sample:
    """The greatest distance from (k - 1) / k among the widths."""
    shares = {k: measurements.get(SAME_OUTPUT, arm=ALONG, k=k).center for k in WIDTHS}
    return exactly(max(abs(shares[k] - (k - 1) / k) for k in WIDTHS))


CLAIMS = (
    Claim(  # of 2 x 2 windows, as in most networks
        id="C314",
        source="S3",
        sentence="Max-pooling is invariant to small translations",
        of=at(UNCHANGED, image=NOISE, k=2),
        predicted=equal(1),
        expected=Outcome.REFUTED,
        controls=(
            Control(
                sentence="[0, 0, 1] gives the same 1 as [1, 0, 0], as the post says",
                of=at(MAXIMUM, input="[0, 0, 1]"),
                predicted=equal(1),
            ),
        ),
    ),
    Claim(
        id="C314r",
        source="S3",
        sentence="When noise moves by one pixel, (k - 1) / (k + 1) of the k x k windows keep "
        "their maximum",
        of=Quantity("largest distance from (k - 1) / (k + 1)", distance_of_noise, unit="share"),
        predicted=below(0.003),
    ),
    Claim(
        id="C315",
        source="S3",
        sentence="A slightly displaced feature is still pooled to the same output",
        of=at(SAME_OUTPUT, arm=ALONG, k=2),
        predicted=equal(1),
        expected=Outcome.REFUTED,
    ),
    Claim(
        id="C315r",
        source="S3",
        sentence="A displaced feature is pooled to the same output while its peak stays in its "
        "window: from (k - 1) / k of the positions",
        of=Quantity("largest distance from (k - 1) / k", distance_of_bright_pixel, unit="share"),
        predicted=equal(0),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    series = {}
    for image in (NOISE, *PHOTOGRAPHS, *map(without_ties, PHOTOGRAPHS)):
        quantities = {k: at(UNCHANGED, image=image, k=k) for k in WIDTHS}
        series[image] = points({k: each(measurements) for k, each in quantities.items()})
    figure = lines(
        series,
        title="How many windows keep their maximum when the image moves by one pixel",
        x="width k of the window (pixels)",
        y="windows that keep their maximum (share)",
    )
    (axes,) = figure.axes
    law = list(map(law_of_noise, WIDTHS))
    axes.plot(WIDTHS, law, "k--", zorder=3, label="law of noise, (k - 1) / (k + 1)")
    axes.set_xticks(WIDTHS)
    axes.legend(fontsize=9)
    return {"law": figure}
