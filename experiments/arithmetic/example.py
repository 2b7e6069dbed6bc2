"""Are the numbers of the post's worked example right?

The post multiplies a kernel of 0 to 3 with an image of 0 to 8 and comes to 19 and 25, which it
calls the result at (1, 1). The layer, a convolution in the mathematical sense, which flips the
kernel, and the post's own formula, with all indices counted from 1, are asked for all four places.
Predicted: the two numbers are those of the layer and not of a convolution; by the formula they do
not stand at (1, 1), whose number is 43.
"""

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from pydantic import BaseModel
from scipy.signal import convolve2d
from torch import Tensor
from torch.nn.functional import conv2d

from convlab.figures import images
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Outcome,
    Quantity,
    Sample,
    at,
    equal,
    exactly,
    number,
)
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.workbench import Workbench

PLACES = ((0, 0), (0, 1), (1, 0), (1, 1))
POST, HERE, BOOK = "the post", "here", "Zhang et al., Dive into Deep Learning"
LAYER, CONVOLUTION, FORMULA = "torch's layer", "convolution", "the formula, counted from 1"
GIVEN = {POST: (19, 25), BOOK: (19, 25, 37, 43)}  # as published, place by place
TRUE_CONVOLUTION = (5, 11, 23, 29)  # by hand: 0·3 + 1·2 + 3·1 + 4·0 = 5, and so on


class Config(BaseModel):
    """Nothing is to be set: the post gives the numbers."""

    model_config = FROZEN


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    add_example(measurements)
    return measurements


def add_example(measurements: Measurements) -> None:
    """The post's kernel on the post's image, by the layer and otherwise, place by place."""
    image, kernel = torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2)
    layer = conv2d(image[None, None], kernel[None, None])[0, 0]
    convolution = torch.from_numpy(convolve2d(image, kernel, "valid"))
    measurements.arrays.update(
        {
            "kernel": kernel.numpy(),
            "image": image.numpy(),
            "the layer's output": layer.numpy(),
            "a convolution's output": convolution.numpy(),
        }
    )
    rows: list[tuple[str, str, Sequence[float]]] = [
        (HERE, LAYER, layer.flatten().tolist()),
        (HERE, CONVOLUTION, convolution.flatten().tolist()),
        (HERE, FORMULA, [counted_from_1(image, kernel, *place) for place in PLACES]),
        *((source, LAYER, values) for source, values in GIVEN.items()),
    ]
    for source, by, values in rows:
        found = {str(place): exactly(value) for place, value in zip(PLACES, values, strict=False)}
        title = "The post's example: 0 1 / 2 3 on 0 1 2 / 3 4 5 / 6 7 8, at (row, column)"
        measurements.add(title, {"from": source, "by": by}, found)


def counted_from_1(image: Tensor, kernel: Tensor, i: int, j: int) -> float:
    """Σ_p Σ_q f(p, q) g(i + p, j + q) with p and q from 1 to 2, where f(1, 1) is the first."""
    f = {(p + 1, q + 1): float(kernel[p, q]) for p, q in np.ndindex(2, 2)}
    g = {(p + 1, q + 1): float(image[p, q]) for p, q in np.ndindex(3, 3)}
    return sum(f[p, q] * g[i + p, j + q] for p in (1, 2) for q in (1, 2))


def wrong_numbers(by: str, expected: tuple[int, ...]) -> Quantity:
    """How many of the first numbers of the example are not the expected ones."""

    def count(measurements: Measurements) -> Sample:
        found = [measurements.get(str(place), **{"from": HERE, "by": by}) for place in PLACES]
        pairs = zip(found, expected, strict=False)
        return exactly(sum(each.center != value for each, value in pairs))

    wanted = ", ".join(map(number, expected))
    return Quantity(f"numbers of {by} that are not {wanted}", count)


# The numbers are the post's own and a book's, and had been computed before: not blind.
CLAIMS = (
    Claim(
        id="C407",
        source="S4",
        sentence="The kernel [[0, 1], [2, 3]] on [[0, 1, 2], [3, 4, 5], [6, 7, 8]] gives "
        "0·0 + 1·1 + 2·3 + 3·4 = 19, and next to it 25",
        of=wrong_numbers(LAYER, GIVEN[POST]),
        predicted=equal(0),
        controls=(
            Control(
                sentence="a convolution gives neither 19 nor 25 there",
                of=wrong_numbers(CONVOLUTION, GIVEN[POST]),
                predicted=equal(2),
            ),
        ),
        general=True,
        blind=False,
        identity=True,
    ),
    Claim(
        id="C407o1",
        source="ours",
        sentence="At (1, 1) the post's formula gives the 19 of its example, all counted from 1",
        of=at("(1, 1)", **{"from": HERE, "by": FORMULA}),
        predicted=equal(19),
        expected=Outcome.REFUTED,
        controls=(
            Control(
                sentence="at (0, 0) the formula gives 19",
                of=at("(0, 0)", **{"from": HERE, "by": FORMULA}),
                predicted=equal(19),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C407o2",
        source="ours",
        sentence="A convolution in the mathematical sense gives 5, 11, 23 and 29 in the example",
        of=wrong_numbers(CONVOLUTION, TRUE_CONVOLUTION),
        predicted=equal(0),
        controls=(
            Control(
                sentence="of the layer all four numbers are others",
                of=wrong_numbers(LAYER, TRUE_CONVOLUTION),
                predicted=equal(4),
            ),
            Control(
                sentence="the layer's four numbers are 19, 25, 37 and 43, as the book prints them",
                of=wrong_numbers(LAYER, GIVEN[BOOK]),
                predicted=equal(0),
            ),
        ),
        general=True,
        blind=False,
        identity=True,
    ),
)

ANSWER = Answer(
    "They are right: {first} and {second} are what the layer gives. A convolution, which flips "
    "the kernel, gives {flipped} in the first place. The two are the first row of the "
    "output: by the post's formula, which counts from 1, the number at (1, 1) is {at_one}.",
    first=at("(0, 0)", **{"from": HERE, "by": LAYER}),
    second=at("(0, 1)", **{"from": HERE, "by": LAYER}),
    flipped=at("(0, 0)", **{"from": HERE, "by": CONVOLUTION}),
    at_one=at("(1, 1)", **{"from": HERE, "by": FORMULA}),
)


def draw(record: Record) -> dict[str, Figure]:
    arrays = record.measurements.arrays
    figure = images(arrays, title=record.finding("C407"), shared=True)
    for axes, values in zip(figure.axes, arrays.values(), strict=False):
        for (row, column), value in np.ndenumerate(values):
            colour = "black" if value > 20 else "white"
            axes.text(column, row, number(value), ha="center", va="center", color=colour, size=16)
    return {"example": figure}
