"""How much of its receptive field does a unit behind n layers effectively see?

The energy is the squared gradient of one output by each pixel. Each layer of 3 x 3 random weights
of mean 0 widens it, on average over the weights, like a box of three pixels. So its standard
deviation should be √(n (k² - 1) / 12) with k = 3: it grows as √n, the receptive field as n (Luo
et al. 2016). The energies of several networks are added up before they are measured, since a
single one is far from the mean; a seed is such a group. Predicted: on logarithmic axes a slope of
0.4 to 0.6; that of the receptive field, 1 + 2 n, is about 0.9. Further arms: a ReLU before each
layer, of which theory says nothing, and skips around the layers, which should narrow what is
seen. Controls: equal weights, whose gradients are boxes themselves, and their squares, which are
narrower.
"""

from collections.abc import Iterator
from itertools import pairwise
from math import sqrt
from typing import Annotated

import numpy as np
from matplotlib.figure import Figure
from pydantic import BaseModel, Field, field_validator
from torch import Tensor

from convlab.figures import lines, points
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    above,
    at,
    below,
    between,
    exactly,
    within,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._effective_names import (
    AMPLITUDE,
    DEVIATION,
    ENERGY,
    EQUAL,
    FIELDS,
    OVER_LAW,
    RANDOM,
    RELU,
    SHARE,
    SKIPS,
    SLOPE,
    THEORY,
    field,
)
from ._effective_study import SLOPES, add, slope_of
from ._random_layers import summed

MANY, MOST = 16, 32  # layers
Depth = Annotated[int, Field(ge=1, le=64)]


class Config(BaseModel):
    """How deep the stacks are, and how many are added up."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="groups of networks")
    draws: int = Field(10, ge=1, description="networks whose energies are added up")
    channels: int = Field(16, ge=4, description="of every layer; with fewer, a ReLU stops all")
    depths: tuple[Depth, ...] = Field(
        (1, 2, 4, 8, MANY, MOST), min_length=2, description="layers, in rising order"
    )

    @field_validator("depths")
    @classmethod
    def _rising(cls, depths: tuple[int, ...]) -> tuple[int, ...]:
        if any(one >= other for one, other in pairwise(depths)):
            raise ValueError("should rise, such as [1, 2, 4]")
        return depths


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    for arm, of in workbench.track("arms", FIELDS):
        fields = list(_fields(arm, of, config, workbench))
        add(measurements, {"arm": arm, "of": of}, fields, config.depths)
    slope = slope_of(config.depths, list(map(field, config.depths)))
    measurements.add(SLOPES, {"arm": THEORY, "of": "pixels"}, {SLOPE: exactly(slope)})
    return measurements


def _fields(arm: str, of: str, config: Config, workbench: Workbench) -> Iterator[list[Tensor]]:
    """Of each seed, the field behind each number of layers. Equal weights are not drawn."""
    seeds, draws = (1, 1) if arm == EQUAL else (config.seeds, config.draws)
    for seed in range(seeds):
        generator = workbench.generator(Stream.WEIGHTS, seed)
        yield [summed(arm, of, n, config.channels, draws, generator) for n in config.depths]


NOT_EVERY_FIELD = Control(
    sentence="the receptive field itself grows with a slope of 0.8 or more",
    of=at(SLOPE, arm=THEORY, of="pixels"),
    predicted=above(0.8),
)
ORACLE = Control(
    sentence="of equal weights, whose gradients are boxes, the slope is 0.5",
    of=at(SLOPE, arm=EQUAL, of=AMPLITUDE),
    predicted=within(1e-9, of=0.5),
)
SQUARES = Control(
    sentence="the squares of equal weights' gradients have less than 0.8 of that deviation",
    of=at(OVER_LAW, arm=EQUAL, of=ENERGY, layers=MANY),
    predicted=below(0.8),
)

CLAIMS = (
    Claim(
        id="C004t",
        source="S0",
        sentence="What a unit effectively sees grows as the square root of the layers, where its "
        "receptive field grows in proportion to them: a slope of 0.5, to 0.1",
        of=at(SLOPE, arm=RANDOM, of=ENERGY),
        predicted=between(0.4, 0.6),
        controls=(NOT_EVERY_FIELD, ORACLE),
    ),
    Claim(
        id="C004o8",
        source="ours",
        sentence="Behind 16 layers of random weights of mean 0, the gradient's energy has the "
        "deviation √(n (k² - 1) / 12), to a tenth",
        of=at(OVER_LAW, arm=RANDOM, of=ENERGY, layers=MANY),
        predicted=between(0.9, 1.1),
        controls=(SQUARES,),
    ),
    Claim(
        id="C004o9",
        source="ours",
        sentence="Behind 32 layers of equal weights the gradient itself has the deviation "
        "√(n (k² - 1) / 12)",
        of=at(OVER_LAW, arm=EQUAL, of=AMPLITUDE, layers=MOST),
        predicted=within(1e-9, of=1),
        controls=(SQUARES,),
        general=True,
        identity=True,
    ),
    Claim(
        id="C004o10",
        source="ours",
        sentence="Behind 16 layers a square of less than a quarter of the receptive field holds "
        "95 % of the energy",
        of=at(SHARE, arm=RANDOM, of=ENERGY, layers=MANY),
        predicted=below(25),
        controls=(
            Control(
                sentence="behind a single layer it takes the whole receptive field",
                of=at(SHARE, arm=RANDOM, of=ENERGY, layers=1),
                predicted=above(99),
            ),
        ),
    ),
    Claim(
        id="C004o11",
        source="ours",
        sentence="With a ReLU before each layer, what is effectively seen grows as the square "
        "root of the layers: a slope of 0.5, to 0.1",
        of=at(SLOPE, arm=RELU, of=ENERGY),
        predicted=between(0.4, 0.6),
        expected=None,
        controls=(NOT_EVERY_FIELD, ORACLE),
    ),
    Claim(
        id="C004o12",
        source="ours",
        sentence="With skips around the layers, a unit effectively sees less than without: at "
        "most 0.9 of the deviation, behind 16 layers",
        of=at(OVER_LAW, arm=SKIPS, of=ENERGY, layers=MANY),
        # The box of a skip is one pixel, for half of the energy: all layers but the first have
        # half the variance, which makes √((1 + 15 / 2) / 16) = 0.73.
        predicted=below(0.9),
        controls=(
            Control(
                sentence="without skips the deviation is at least 0.9 of the law's",
                of=at(OVER_LAW, arm=RANDOM, of=ENERGY, layers=MANY),
                predicted=above(0.9),
            ),
        ),
    ),
)

ANSWER = Answer(
    "A share that shrinks as layers are added. Behind {many} layers a square of {share:.0f} % of "
    "its receptive field holds 95 % of what a unit answers to; its deviation grows with the "
    "layers to the power of {slope:.2f}, with a ReLU of {relu:.2f}, and the receptive field to "
    "that of {theory:.2f}.",
    many=lambda _: exactly(MANY),
    share=at(SHARE, arm=RANDOM, of=ENERGY, layers=MANY),
    slope=at(SLOPE, arm=RANDOM, of=ENERGY),
    relu=at(SLOPE, arm=RELU, of=ENERGY),
    theory=at(SLOPE, arm=THEORY, of="pixels"),
)


def draw(record: Record) -> dict[str, Figure]:
    depths = record.settings["depths"]
    series = {
        arm: points(
            {n: record.measurements.get(DEVIATION, arm=arm, of=ENERGY, layers=n) for n in depths}
        )
        for arm in (RANDOM, RELU, SKIPS)
    }
    theory = np.array([field(n) / sqrt(12) for n in depths])
    series["receptive field, all of it alike"] = np.array(depths), theory, theory, theory
    figure = lines(
        series,
        title=record.finding("C004t"),
        x="layers of 3 x 3",
        y="deviation of what is seen (pixels); bars: 95 % intervals",
        log_x=True,
        log_y=True,
    )
    return {"effective": figure}
