"""Does weight sharing make a network invariant to translation?

Networks learn digits in the lower half of a canvas, anywhere along it. They are tested on other
digits: in the lower half, and half a canvas above, which is a multiple of every stride. Circular
convolutions and global max-pooling must return the same logits to the last bit. With a fully
connected layer instead, the same convolutions must guess; trained on all rows, which is the
control, they must not guess. Zero padding, as in most networks, breaks what global pooling would
give.
"""

from functools import partial

from matplotlib.figure import Figure
from torch import Tensor

from convlab.figures import images, side_by_side
from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Outcome,
    above,
    at,
    equal,
    paired,
    within,
)
from convlab.models import flat_head, maximum_head, mean_head
from convlab.probes.answers import accuracy, alike, apart, probability
from convlab.probes.exact import exact_logits
from convlab.train import sample
from convlab.workbench import Workbench

from ._canvas import ABOVE, BELOW, CHANCE, ROWS, Learning
from ._canvas_networks import convolutions
from ._lifted_digits import learn, split_digits

POOLED, AVERAGED = "circular, maximum", "circular, mean"
ZEROS, FLAT, ALL_ROWS = "zero-padded, mean", "circular, flattened", "flattened, all rows"
SAME, LOST, APART = "same class (%)", "probability lost (%)", "greatest difference of logits"
HALVES = "below", "above"  # of the canvas


class Config(Learning):
    """How many networks of which size learn for how long."""


ARMS = {  # what builds the networks, and on how many of the lowest rows they see digits
    POOLED: (partial(convolutions, maximum_head), 1),
    AVERAGED: (partial(convolutions, mean_head), 1),
    ZEROS: (partial(convolutions, mean_head, padding="zeros"), 1),
    FLAT: (partial(convolutions, flat_head), 1),
    ALL_ROWS: (partial(convolutions, flat_head), ROWS),
}


def measure(config: Config, workbench: Workbench) -> Measurements:
    digits, measurements = split_digits(config.seeds), Measurements()
    pair = digits.below, digits.above
    logits = {}  # of each arm, below and above
    for arm, (build, rows) in ARMS.items():
        networks = learn(digits, workbench, arm, build, config, rows)
        logits[arm] = [exact_logits(networks, x, own=True) for x in pair]
    for arm, (low, high) in logits.items():
        add_accuracies(measurements, arm, low, high, digits.y)
    for arm, (low, high) in logits.items():
        add_differences(measurements, arm, low, high, digits.y)
    examples = (x[0, 0, 0].numpy() for x in pair)
    measurements.arrays.update(zip(HALVES, examples, strict=True))
    return measurements


def add_accuracies(
    measurements: Measurements, arm: str, low: Tensor, high: Tensor, y: Tensor
) -> None:
    """Of logits (S, N, K) below and above the share of right classes y (N,)."""
    measurements.add(
        "Accuracy on digits in the lower half, and half a canvas above",
        {"arm": arm},
        {BELOW: sample(accuracy(low, y), "mean"), ABOVE: sample(accuracy(high, y), "mean")},
    )


def add_differences(
    measurements: Measurements, arm: str, low: Tensor, high: Tensor, y: Tensor
) -> None:
    """How the logits (S, N, K) of the same digits differ between below and above."""
    measurements.add(
        "The same digit below and above: its class, its probability and its logits",
        {"arm": arm},
        {
            SAME: sample(alike(low, high), "mean"),
            LOST: sample(probability(low, y) - probability(high, y), "mean"),
            APART: sample(apart(low, high)),
        },
    )


LEARNED_FLAT = (
    Control(
        sentence="the flattened network knows the digits below",
        of=at(BELOW, arm=FLAT),
        predicted=above(80),
    ),
    Control(
        sentence="trained on all rows, the flattened network knows the digits above",
        of=at(ABOVE, arm=ALL_ROWS),
        predicted=above(60),
    ),
)
LEARNED_POOLED = Control(
    sentence="the network with global max-pooling knows the digits above",
    of=at(ABOVE, arm=POOLED),
    predicted=above(80),
)

CLAIMS = (
    Claim(
        id="C316",
        source="S3",
        sentence="Convolution and weight sharing make a CNN invariant to translation",
        of=paired(at(BELOW, arm=FLAT), at(ABOVE, arm=FLAT)),
        predicted=within(5, of=0),
        expected=Outcome.REFUTED,
        controls=LEARNED_FLAT,
    ),
    Claim(
        id="C316r",
        source="S3",
        sentence="Circular convolutions and global max-pooling make a CNN invariant to "
        "translation: no logit differs",
        of=at(APART, arm=POOLED),
        predicted=equal(0),
        controls=(LEARNED_POOLED,),
    ),
    Claim(
        id="C318",
        source="S3",
        sentence="A fully connected layer and softmax turn equivariance into invariance",
        of=at(SAME, arm=FLAT),
        predicted=above(95),
        expected=Outcome.REFUTED,
        controls=LEARNED_FLAT,
    ),
    Claim(
        id="C318r",
        source="S3",
        sentence="A fully connected layer guesses at places where it was not trained",
        of=at(ABOVE, arm=FLAT),
        predicted=within(5, of=CHANCE),
        controls=LEARNED_FLAT,
    ),
    Claim(
        id="C319",
        source="S3",
        sentence="A class is equally probable wherever its object stands",
        of=at(LOST, arm=FLAT),
        predicted=within(5, of=0),
        expected=Outcome.REFUTED,
        controls=LEARNED_FLAT,
    ),
    Claim(
        id="C319r",
        source="S3",
        sentence="With circular convolutions and global max-pooling, a class is equally probable "
        "wherever its object stands",
        of=at(LOST, arm=POOLED),
        predicted=equal(0),
        controls=(LEARNED_POOLED,),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    halves = side_by_side(
        measurements,
        (BELOW, ABOVE),
        by="arm",
        title="Learned below: only circular convolutions with global pooling know digits above",
        y="accuracy (%)",
        levels={"guessing": CHANCE},
    )
    examples = {half: measurements.arrays[half] for half in HALVES}
    return {
        "halves": halves,
        "pair": images(examples, title="The same digit below and above", highest=1.0),
    }
