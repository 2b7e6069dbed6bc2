"""Does weight sharing make a network invariant to translation?

Networks learn digits in the lower half of a canvas, anywhere along it, and are tested on others:
there, and lifted by half a canvas, a multiple of every stride. Circular convolutions and global
max-pooling must return the same logits to the last bit. With a fully connected layer instead, the
same convolutions must guess; trained on all rows, which is the control, they must not. Zero
padding, as in most networks, breaks what global pooling would give.
"""

from functools import partial

from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Tensor
from torch.nn.functional import cross_entropy

from convlab.figures import images, side_by_side
from convlab.measure import (
    Claim,
    Control,
    Measured,
    Measurements,
    Outcome,
    Sample,
    above,
    equal,
    within,
)
from convlab.models import averaged, flattened, strongest
from convlab.probes.answers import accuracy, alike, apart, probability
from convlab.probes.exact import exact_logits
from convlab.settings import FROZEN, Seeds, Training
from convlab.train import sample
from convlab.workbench import Workbench

from ._lifting import ROWS, conv, lifting

POOLED, AVERAGED = "circular, maximum", "circular, mean"
ZEROS, FLAT, ALL_ROWS = "zero-padded, mean", "circular, flattened", "the same, all rows"
PAIR = "below", "above"
BELOW, ABOVE = "below (%)", "above (%)"
SAME, LOST, APART = "same class (%)", "probability lost (%)", "logits apart (greatest)"
CHANCE = 10  # percent: there are ten classes
HOLDS, REFUTED = Outcome.HOLDS, Outcome.REFUTED


class Config(BaseModel):
    """How many networks of which size learn for how long."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    channels: int = Field(8, ge=1, description="of the first layer; the second has twice as many")
    placements: int = Field(8, ge=1, description="of each digit in the images trained on")
    training: Training = Training(steps=500, batch=64, lr=0.005, schedule="cosine")


ARMS = {  # the networks, and the number of lowest rows on which they see digits
    POOLED: (partial(conv, strongest), 1),
    AVERAGED: (partial(conv, averaged), 1),
    ZEROS: (partial(conv, averaged, padding="zeros"), 1),
    FLAT: (partial(conv, flattened), 1),
    ALL_ROWS: (partial(conv, flattened), ROWS),
}


def measure(config: Config, workbench: Workbench) -> Measurements:
    digits = lifting(config.seeds)
    pair = digits.below, digits.above
    answers = {}  # of each arm to the digits below, and to the same digits above
    for name, (build, rows) in ARMS.items():
        networks = workbench.fit(
            name,
            partial(build, config.channels),
            digits.draw(rows, config.placements),
            cross_entropy,
            seeds=config.seeds,
            training=config.training,
        )
        answers[name] = [exact_logits(networks, x, own=True) for x in pair]
    measurements = Measurements()
    add_answers(measurements, answers, digits.y)
    measurements.arrays.update(zip(PAIR, (x[0, 0, 0].numpy() for x in pair), strict=True))
    return measurements


def add_answers(measurements: Measurements, answers: dict[str, list[Tensor]], y: Tensor) -> None:
    for name, pair in answers.items():
        below, above = (sample(accuracy(logits, y), "mean") for logits in pair)
        title = "Accuracy on digits in the lower half, and half a canvas above"
        measurements.add(title, {"network": name}, {BELOW: below, ABOVE: above})
    for name, pair in answers.items():
        before, after = (probability(logits, y) for logits in pair)
        same, lost = sample(alike(*pair), "mean"), sample(before - after, "mean")
        title = "The same digit below and above: its class, its probability and its logits"
        found = {SAME: same, LOST: lost, APART: sample(apart(*pair))}
        measurements.add(title, {"network": name}, found)


def of(quantity: str, name: str) -> Measured:
    return lambda m: m.get(quantity, network=name)


def lost(m: Measurements) -> Sample:
    """The accuracy lost by each flattened network on the way up, in percentage points."""
    below, above = (of(quantity, FLAT)(m).values for quantity in (BELOW, ABOVE))
    return Sample(tuple(low - high for low, high in zip(below, above, strict=True)), "mean")


LEARNED = (
    Control("it knows the digits below", of(BELOW, FLAT), above(80)),
    Control("trained on all rows, it knows them above", of(ABOVE, ALL_ROWS), above(60)),
)
POOLED_LEARNED = (Control("it knows the digits", of(ABOVE, POOLED), above(80)),)

SHARING = "Convolution and weight sharing make a CNN invariant to translation"
POOLING = "Circular convolutions and global max-pooling do: no logit differs"
CONNECTED = "A fully connected layer and softmax turn equivariance into invariance"
GUESSES = "A fully connected layer guesses where it was not trained"
ANYWHERE = "A class is equally probable wherever its object stands"
IF_POOLED = "It is with circular convolutions and global max-pooling"

CLAIMS = (
    Claim("C316", "S3", SHARING, lost, within(5, of=0), REFUTED, LEARNED),
    Claim("C316r", "S3", POOLING, of(APART, POOLED), equal(0), HOLDS, POOLED_LEARNED),
    Claim("C318", "S3", CONNECTED, of(SAME, FLAT), above(95), REFUTED, LEARNED),
    Claim("C318r", "S3", GUESSES, of(ABOVE, FLAT), within(5, of=CHANCE), HOLDS, LEARNED),
    Claim("C319", "S3", ANYWHERE, of(LOST, FLAT), within(5, of=0), REFUTED, LEARNED),
    Claim("C319r", "S3", IF_POOLED, of(LOST, POOLED), equal(0), HOLDS, POOLED_LEARNED),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    halves = side_by_side(
        measurements,
        (BELOW, ABOVE),
        by="network",
        title="Learned below: only circular convolutions with global pooling know it above",
        y="accuracy (%)",
        levels={"guessing": CHANCE},
    )
    pair = {half: measurements.arrays[half] for half in PAIR}
    return {"halves": halves, "pair": images(pair, title="The same digit below and above")}
