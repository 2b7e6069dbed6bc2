"""Does weight sharing make a network invariant to translation?

Networks learn digits in the lower half of a canvas, anywhere along it, and are tested on others:
there, and lifted by half a canvas, a multiple of every stride. Circular convolutions and global
max-pooling must return the same logits to the last bit. With a fully connected layer instead, the
same convolutions must guess; trained on all rows, which is the control, they must not. Zero
padding, as in most networks, breaks what global pooling would give.
"""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from convlab.data import Dataset, load, split
from convlab.data.lifting import ROWS, SIDE, below_and_above, placed
from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Outcome,
    Quantity,
    Sample,
    above,
    equal,
    within,
)
from convlab.models import Head, averaged, flattened, strongest
from convlab.probes.answers import accuracy, alike, apart, probability
from convlab.probes.equivariance import exact
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Data, Stream, generator
from convlab.train import sample

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from convlab.workbench import Workbench

Padding = Literal["circular", "zeros"]
CLASSES = 10
POOLED, AVERAGED = "circular, maximum", "circular, mean"
ZEROS, FLAT, ALL_ROWS = "zero-padded, mean", "circular, flattened", "the same, all rows"
PAIR = "below", "above"
BELOW, ABOVE = "below (%)", "above (%)"
SAME, LOST, APART = "same class (%)", "probability lost (%)", "logits apart (greatest)"


class Config(BaseModel):
    """How many networks of which size learn for how long."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    channels: int = Field(8, ge=1, description="of the first layer; the second has twice as many")
    placements: int = Field(8, ge=1, description="of each digit in the images trained on")
    training: Training = Training(steps=500, batch=64, rate=0.005, schedule="cosine")


def measure(config: Config, workbench: "Workbench") -> Measurements:
    train, test = split(load("digits"), generator(0, Stream.SPLIT))
    pair = below_and_above(test, [generator(s, Stream.HELD_OUT) for s in range(config.seeds)])
    answers = {}  # of each arm to the digits below, and to the same digits above
    for name, (build, rows) in ARMS.items():
        networks = workbench.fit(
            name,
            partial(build, config.channels),
            partial(task, train, rows, config.placements),
            cross_entropy,
            seeds=config.seeds,
            training=config.training,
        )
        whole = replace(networks, state=exact(networks.state))
        answers[name] = [whole.predict(x, own=True) for x in pair]
    measurements = Measurements()
    add_answers(measurements, answers, test.y)
    measurements.arrays.update(zip(PAIR, (x[0, 0, 0].numpy() for x in pair), strict=True))
    return measurements


def task(digits: Dataset, rows: int, placements: int, generator: Generator) -> Data:
    return Data(*placed(digits, rows, placements, generator))


def conv(head: Head, padding: Padding, channels: int) -> nn.Module:
    """Two convolutions, of total stride 2, and a head: (N, 1, SIDE, SIDE) to (N, CLASSES)."""
    return nn.Sequential(
        nn.Conv2d(1, channels, 2, stride=2),
        nn.ReLU(),
        nn.Conv2d(channels, 2 * channels, 3, padding=1, padding_mode=padding),
        nn.ReLU(),
        head(2 * channels, (SIDE // 2, SIDE // 2), CLASSES),
    )


ARMS = {  # the networks, and the number of lowest rows on which they see digits
    POOLED: (partial(conv, strongest, "circular"), 1),
    AVERAGED: (partial(conv, averaged, "circular"), 1),
    ZEROS: (partial(conv, averaged, "zeros"), 1),
    FLAT: (partial(conv, flattened, "circular"), 1),
    ALL_ROWS: (partial(conv, flattened, "circular"), ROWS),
}


def add_answers(measurements: Measurements, answers: dict[str, list[Tensor]], y: Tensor) -> None:
    for name, pair in answers.items():
        below, above = (sample(accuracy(logits, y), "mean") for logits in pair)
        title = "Accuracy on digits in the lower half, and half a canvas above"
        measurements.add(title, {"network": name}, {BELOW: below, ABOVE: above})
    for name, pair in answers.items():
        before, after = (probability(logits, y) for logits in pair)
        measurements.add(
            "The same digit below and above: its class, its probability and its logits",
            {"network": name},
            {
                SAME: sample(alike(*pair), "mean"),
                LOST: sample(before - after, "mean"),
                APART: sample(apart(*pair)),
            },
        )


def of(quantity: str, name: str) -> Quantity:
    return lambda m: m.get(quantity, network=name)


def lost(m: Measurements) -> Sample:
    """The accuracy lost by each flattened network on the way up, in percentage points."""
    below, above = (of(quantity, FLAT)(m).values for quantity in (BELOW, ABOVE))
    return Sample(tuple(low - high for low, high in zip(below, above, strict=True)), "mean")


LEARNED = Control("it knows the digits below", of(BELOW, FLAT), above(80))
RECOVERS = Control("trained on all rows, it knows them above", of(ABOVE, ALL_ROWS), above(60))
POOLED_LEARNED = Control("it knows the digits", of(ABOVE, POOLED), above(80))


CLAIMS = (
    Claim(
        id="C316",
        source="S3",
        sentence="Convolution and weight sharing make a CNN invariant to translation",
        of=lost,
        predicted=within(5, of=0),
        expected=Outcome.REFUTED,
        controls=(LEARNED, RECOVERS),
    ),
    Claim(
        id="C316r",
        source="S3",
        sentence="Circular convolutions and global max-pooling do: no logit differs",
        of=of(APART, POOLED),
        predicted=equal(0),
        controls=(POOLED_LEARNED,),
    ),
    Claim(
        id="C318",
        source="S3",
        sentence="A fully connected layer and softmax turn equivariance into invariance",
        of=of(SAME, FLAT),
        predicted=above(95),
        expected=Outcome.REFUTED,
        controls=(LEARNED, RECOVERS),
    ),
    Claim(
        id="C318r",
        source="S3",
        sentence="A fully connected layer guesses where it was not trained",
        of=of(ABOVE, FLAT),
        predicted=within(5, of=100 / CLASSES),
        controls=(LEARNED, RECOVERS),
    ),
    Claim(
        id="C319",
        source="S3",
        sentence="A class is equally probable wherever its object stands",
        of=of(LOST, FLAT),
        predicted=within(5, of=0),
        expected=Outcome.REFUTED,
        controls=(LEARNED, RECOVERS),
    ),
    Claim(
        id="C319r",
        source="S3",
        sentence="It is with circular convolutions and global max-pooling",
        of=of(LOST, POOLED),
        predicted=equal(0),
        controls=(POOLED_LEARNED,),
    ),
)


def draw(measurements: Measurements) -> "dict[str, Figure]":
    from convlab.figures import images, lines

    names = [POOLED, AVERAGED, ZEROS, FLAT, ALL_ROWS]
    series = {}
    for half, aside in ((BELOW, -0.06), (ABOVE, 0.06)):  # points side by side
        found = [of(half, name)(measurements) for name in names]
        low, high = zip(*(each.interval for each in found), strict=True)
        places = [index + aside for index in range(len(names))]
        series[half] = (places, [each.center for each in found], low, high)
    title = "Learned below: only circular convolutions with global pooling know it above"
    chance = {"guessing": 100 / CLASSES}
    figure = lines(series, title=title, x="", y="accuracy (%)", levels=chance)
    (axes,) = figure.axes
    axes.set_xticks(range(len(names)), names)
    for points in axes.containers:
        points[0].set_linestyle("none")  # nothing lies between two networks
    pair = {half: measurements.arrays[half] for half in PAIR}
    return {"halves": figure, "pair": images(pair, title="The same digit below and above")}
