"""How much of a small shift does max-pooling ignore?

The maximum of a window stays the same where the greatest pixel lies in both the old window and
the new. Of k x k windows on noise, moved by one pixel, that is a share (k - 1) / (k + 1): one half
for k = 3. A photograph keeps more, because neighbours share one of 256 greys; with these ties
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
    Measured,
    Measurements,
    Outcome,
    Sample,
    below,
    equal,
    exactly,
)
from convlab.settings import FROZEN, Seeds
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

WIDTHS = (2, 3, 4)  # pixels, of square windows
UNCHANGED, LAW = "unchanged (share)", "law of noise (share)"
ALONG, DIAGONALLY = "along an axis (share)", "diagonally (share)"
NOISE = "noise"
LEVEL = 1 / 255  # one grey of an 8-bit photograph
EXAMPLE = {"[1, 0, 0]": (1.0, 0.0, 0.0), "[0, 0, 1]": (0.0, 0.0, 1.0)}
MAXIMUM = "maximum"
REFUTED = Outcome.REFUTED


class Config(BaseModel):
    """How much noise is pooled how often."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="draws of noise")
    side: int = Field(1024, ge=8, le=8192, description="of the noise, in pixels")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    for k in workbench.track("windows of noise", WIDTHS):
        for image, share in shares(config, k).items():
            measurements.add(
                "Windows whose maximum stays the same when the image moves by one pixel",
                {"image": image, "width k": k},
                {UNCHANGED: share, LAW: exactly((k - 1) / (k + 1))},
            )
    for k in WIDTHS:
        along, diagonally = (spike_unchanged(k, shift) for shift in ((0, 1), (1, 1)))
        measurements.add(
            "One bright pixel moves by one: positions from which the pooled image stays the same",
            {"width k": k},
            {ALONG: exactly(along), DIAGONALLY: exactly(diagonally)},
        )
    for name, vector in EXAMPLE.items():
        maximum = exactly(float(max_pool2d(torch.tensor([[vector]]), (1, 3))))
        measurements.add("The post's example, max-pooled", {"input": name}, {MAXIMUM: maximum})
    return measurements


def shares(config: Config, k: int) -> dict[str, Sample]:
    """By image, the share that stays: noise, photographs, photographs without their ties."""
    generators = [generator(seed, Stream.DATA) for seed in range(config.seeds)]
    noises = [noise((config.side, config.side), each) for each in generators]
    found = {NOISE: Sample(tuple(unchanged(each, k) for each in noises), "mean")}
    for name in PHOTOGRAPHS:
        image = photograph(name).double()
        dithered = [image + LEVEL * noise(image.shape, each) for each in generators]
        found[name] = exactly(unchanged(image, k))
        found[untied(name)] = Sample(tuple(unchanged(each, k) for each in dithered), "mean")
    return found


def untied(name: str) -> str:
    return f"{name}, ties broken"


def noise(shape: tuple[int, ...], generator: Generator) -> Tensor:
    """Independent pixels, uniform in [0, 1) in float64: no two of them are equal."""
    return torch.rand(shape, dtype=torch.float64, generator=generator)


def unchanged(image: Tensor, k: int) -> float:
    """The share of k x k windows that keep their maximum when the image (H, W) moves by a pixel.

    The windows lie at every pixel, so that what moves into one was in its neighbour.
    """
    maxima = max_pool2d(image[None], k, stride=1)
    return float((maxima[..., 1:] == maxima[..., :-1]).double().mean())


def spike_unchanged(k: int, shift: tuple[int, int]) -> float:
    """The share of positions from which a bright pixel moves and is pooled, at stride k, alike."""
    side = 3 * k
    images = torch.eye(side**2).view(-1, 1, side, side)  # one for each position
    before, after = (max_pool2d(each, k) for each in (images, images.roll(shift, dims=(2, 3))))
    return float((before == after).flatten(1).all(dim=1).double().mean())


def off_the_law(measurements: Measurements) -> Sample:
    """The greatest distance from (k - 1) / (k + 1) among the widths, for each seed."""
    seen = [(k, of(UNCHANGED, k, image=NOISE)(measurements).values) for k in WIDTHS]
    distances = [[abs(share - (k - 1) / (k + 1)) for share in values] for k, values in seen]
    return Sample(tuple(map(max, zip(*distances, strict=True))))


def spikes_off_the_law(measurements: Measurements) -> Sample:
    """The greatest distance from (k - 1) / k."""
    seen = [(k, of(ALONG, k)(measurements).center) for k in WIDTHS]
    return exactly(max(abs(share - (k - 1) / k) for k, share in seen))


def of(quantity: str, k: int, **factors: str) -> Measured:
    return lambda m: m.get(quantity, **{"width k": k}, **factors)


def example(measurements: Measurements) -> Sample:
    return measurements.get(MAXIMUM, input="[0, 0, 1]")


AS_SAID = Control("[0, 0, 1] gives the same 1 as [1, 0, 0], as the post says", example, equal(1))

INVARIANT = "Max-pooling is invariant to small translations"
BY_THE_LAW = "Moved by a pixel, (k - 1) / (k + 1) of its windows on noise keep their maximum"
DISPLACED = "A slightly displaced feature is still pooled to the same"
IN_WINDOW = "It is while its peak stays in its window: from (k - 1) / k of the positions"

CLAIMS = (
    # 2 x 2, as in most networks
    Claim("C314", "S3", INVARIANT, of(UNCHANGED, 2, image=NOISE), equal(1), REFUTED, (AS_SAID,)),
    Claim("C314r", "S3", BY_THE_LAW, off_the_law, below(0.003)),
    Claim("C315", "S3", DISPLACED, of(ALONG, 2), equal(1), REFUTED),
    Claim("C315r", "S3", IN_WINDOW, spikes_off_the_law, equal(0)),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    series = {}
    for image in (NOISE, *PHOTOGRAPHS, *map(untied, PHOTOGRAPHS)):
        shares = {k: of(UNCHANGED, k, image=image)(measurements) for k in WIDTHS}
        series[image] = points(shares)
    figure = lines(
        series,
        title="How many windows keep their maximum when the image moves by one pixel",
        x="width k of the window (pixels)",
        y="windows that keep their maximum (share)",
    )
    (axes,) = figure.axes
    law = [of(LAW, k, image=NOISE)(measurements).center for k in WIDTHS]
    axes.plot(WIDTHS, law, "k--", zorder=3, label="law of noise, (k - 1) / (k + 1)")
    axes.set_xticks(WIDTHS)
    axes.legend(fontsize=9)
    return {"law": figure}
