"""Is a convolution with a k x k kernel a linear map of few parameters?

Layers on images of whole numbers are asked for the map of a sum of images, which of a linear map
is the sum of the maps, and for their whole matrix, by single bright pixels. Predicted: the layer
is linear, and its matrix, which a dense layer would hold in full, has no more than k² numbers
unlike 0 that differ. A bias, with which torch's layers come, makes the map affine, and a ReLU
neither: the controls. Kernels of unlike sides, such as the 1 x 2 of two other posts, must do too.
"""

from collections.abc import Callable
from functools import partial

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Generator, Tensor, nn
from torch.nn.functional import conv2d

from convlab.figures import bars
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Outcome,
    Quantity,
    Sample,
    above,
    at,
    below,
    equal,
    exactly,
)
from convlab.probes.exact import whole
from convlab.probes.matrix import matrix
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.streams import Stream
from convlab.workbench import Workbench

PLAIN, WITH_BIAS, WITH_RELU = "convolution", "with a bias", "with a ReLU"
DEPARTURE = "largest departure from linear"
NUMBERS, DENSE = "numbers that differ", "numbers of the dense matrix"
SHARE = "numbers (share of the dense matrix's)"
SQUARES, OTHERS = (1, 2, 3, 5, 7), ((1, 2), (2, 1), (3, 1), (1, 7), (2, 5))
TAKEN, SQUARE, UNLIKE_SIDES = "linear and few, kernels (%)", "square", "of unlike sides"


class Config(BaseModel):
    """How large the images are."""

    model_config = FROZEN

    side: int = Field(16, ge=8, le=32, description="of the images, in pixels")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements, generator = Measurements(), workbench.generator(Stream.DATA)
    few: dict[str, list[bool]] = {SQUARE: [], UNLIKE_SIDES: []}
    for size in (*((k, k) for k in SQUARES), *OTHERS):
        layer = convolution(size, generator)
        far, differ, dense = found(layer, config.side, generator)
        shape = SQUARE if size[0] == size[1] else UNLIKE_SIDES
        few[shape].append(far == 0 and differ <= size[0] * size[1] < dense)
        measurements.add(
            "The matrix of a convolution beside a dense one for the same map",
            {"kernel": f"{size[0]} x {size[1]}"},
            {
                DEPARTURE: exactly(far),
                NUMBERS: exactly(differ),
                DENSE: exactly(dense),
                SHARE: exactly(differ / dense),
            },
        )
    for shape, each in few.items():
        share = exactly(100 * sum(each) / len(each))
        measurements.add("Kernels of either kind", {"kernels": shape}, {TAKEN: share})
    for arm, map_ in maps(convolution((3, 3), generator)).items():
        apart = exactly(departure(map_, config.side, generator))
        title = "Which maps are linear, kernel of 3 x 3"
        measurements.add(title, {"map": arm}, {DEPARTURE: apart})
    return measurements


def convolution(size: tuple[int, int], generator: Generator) -> nn.Conv2d:
    """A layer without a bias: its weights are -1, 2, -3, … in some order."""
    layer, count = nn.Conv2d(1, 1, size, bias=False).double(), size[0] * size[1]
    order = torch.randperm(count, generator=generator) + 1
    layer.weight.data = (order * (-1) ** order).double().reshape(layer.weight.shape)
    return layer


def maps(layer: nn.Conv2d) -> dict[str, Callable[[Tensor], Tensor]]:
    """The layer, and what is made of it by what comes with it."""
    weight = layer.weight.detach()
    with_bias = partial(conv2d, weight=weight, bias=torch.ones(1, dtype=torch.float64))
    return {PLAIN: layer, WITH_BIAS: with_bias, WITH_RELU: lambda x: layer(x).relu()}


def found(layer: nn.Conv2d, side: int, generator: Generator) -> tuple[float, int, int]:
    """How far it is from linear; how many numbers of its matrix differ (but 0), and are in all."""
    rows = matrix(layer, (1, side, side)).detach()
    differ = rows[rows != 0].unique().numel()
    return departure(layer, side, generator), differ, rows.numel()


def departure(map_: Callable[[Tensor], Tensor], side: int, generator: Generator) -> float:
    """The largest |f(2x - 3y) - (2 f(x) - 3 f(y))|."""
    x, y = (whole((1, 1, side, side), generator) for _ in range(2))
    difference = map_(2 * x - 3 * y) - (2 * map_(x) - 3 * map_(y))
    return float(difference.detach().abs().max())


def greatest(quantity: str) -> Quantity:
    """Of the square kernels."""

    def of_squares(measurements: Measurements) -> Sample:
        each = [measurements.get(quantity, kernel=f"{k} x {k}").center for k in SQUARES]
        return exactly(max(each))

    return Quantity(f"greatest {quantity}, square kernels", of_squares)


CLAIMS = (
    Claim(
        id="C401",
        source="S4",
        sentence="Convolution with a kernel of fixed size k × k is one of the linear maps, and a "
        "way to reduce the number of parameters",
        of=greatest(SHARE),
        predicted=below(1),  # a first bound, 0.01, is right of images of 16 pixels, not of all
        blind=False,
        controls=(
            Control(
                sentence="of no square kernel the map departs from a linear one",
                of=greatest(DEPARTURE),
                predicted=equal(0),
            ),
            Control(
                sentence="with a ReLU the map is not linear",
                of=at(DEPARTURE, map=WITH_RELU),
                predicted=above(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C401o1",
        source="ours",
        sentence="With its bias, which torch gives it, a convolutional layer is a linear map",
        of=at(DEPARTURE, map=WITH_BIAS),
        predicted=equal(0),
        expected=Outcome.REFUTED,
        controls=(
            Control(
                sentence="without a bias it is",
                of=at(DEPARTURE, map=PLAIN),
                predicted=equal(0),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C401o2",
        source="ours",
        sentence="Only a square kernel gives a linear map of few parameters: one of unlike sides "
        "does not",
        of=at(TAKEN, kernels=UNLIKE_SIDES),
        predicted=equal(0),
        expected=Outcome.REFUTED,
        controls=(
            Control(
                sentence="all square kernels do",
                of=at(TAKEN, kernels=SQUARE),
                predicted=equal(100),
            ),
        ),
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "Yes, without a bias. A kernel of 3 x 3 gives the matrix {numbers} numbers that differ, where "
    "a dense one has {dense}. A kernel need not be square: those of unlike sides do the same.",
    numbers=at(NUMBERS, kernel="3 x 3"),
    dense=at(DENSE, kernel="3 x 3"),
)


def draw(record: Record) -> dict[str, Figure]:
    get = record.measurements.get
    values = {f"convolution, {k} x {k}": get(NUMBERS, kernel=f"{k} x {k}") for k in (2, 3, 5, 7)}
    values |= {
        f"dense layer in its place, {k} x {k}": get(DENSE, kernel=f"{k} x {k}") for k in (3, 7)
    }
    numbers = {name: each.center for name, each in values.items()}
    return {"squares": bars(numbers, title=record.finding("C401"), x="parameters")}
