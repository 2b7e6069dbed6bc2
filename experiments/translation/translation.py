"""Does weight sharing make a network invariant to translation?

Networks learn digits on a canvas and are tested on other digits: in the lower half, and half a
canvas above, which is a multiple of every stride. Convolutions must follow that shift. Circular
ones with global max-pooling must return the same logits to the last bit, trained or not; zero
padding breaks this. A fully connected layer instead must guess where it was not trained, however
long it learns, as its weights for other places see no digit. Trained on all rows it must know the
digits everywhere, and yet change its mind about many when they move: weights for every place were
learned one by one. This network learns longer than the others; with half its steps, which is the
control, it must change its mind as often.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from matplotlib.figure import Figure
from pydantic import Field
from torch import Tensor

from convlab.figures import images, lines, points, side_by_side
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
    paired,
    within,
)
from convlab.models import flat_head, maximum_head
from convlab.probes.answers import accuracy, alike, apart, probability_change
from convlab.record import Record
from convlab.settings import Training
from convlab.train import Networks, sample
from convlab.workbench import Workbench

from ._canvas import ABOVE, BELOW, CHANCE, DIGIT, ROWS, Learning
from ._canvas_networks import convolutions
from ._lifted_digits import WHITE, HeldOut, held_out, learn, mean_of_seeds
from ._maps import below_and_above, first, relative_error, rounded

POOLED, ZEROS = "circular, maximum", "zero-padded, maximum"
FLAT, ALL_ROWS = "circular, flattened", "flattened, all rows"
HALF = "flattened, all rows, half the steps"
CHANGED, MOVED = "another class (%)", "change of probability (points)"
APART = "greatest difference of logits"
ERROR = "relative error"
FIRST, SECOND, DENSE, SOFTMAX = "convolution 1", "convolution 2", "fully connected", "softmax"
CONVOLUTIONS = {FIRST: 2, SECOND: 4}  # by how many modules, of the network, end with its ReLU
HALVES = "below", "above"  # of the canvas


class Config(Learning):
    """How many networks of which size learn for how long."""

    all_rows: Training = Field(
        Training(steps=2000, batch=64, lr=0.005, schedule="cosine"),
        description="of the networks that see digits on all rows",
    )


pooled, flat = (partial(convolutions, head) for head in (maximum_head, flat_head))
LOW = {POOLED: pooled, ZEROS: partial(pooled, padding="zeros"), FLAT: flat}


def measure(config: Config, workbench: Workbench) -> Measurements:
    digits, measurements = held_out(workbench, config.seeds), Measurements()
    networks = {arm: learn(workbench, arm, build, config) for arm, build in LOW.items()}
    half = config.all_rows.model_copy(update={"steps": max(1, config.all_rows.steps // 2)})
    for arm, training in ((ALL_ROWS, config.all_rows), (HALF, half)):
        networks[arm] = learn(workbench, arm, flat, config, rows=ROWS, training=training)
    exact = {arm: rounded(each) for arm, each in networks.items()}
    shifts = []  # of an accuracy, by rounding
    for arm in (*LOW, ALL_ROWS):
        shifts.append(add_accuracies(measurements, arm, networks[arm], exact[arm], digits))
    for arm, each in exact.items():
        add_differences(measurements, arm, each, digits)
    for arm in (POOLED, ALL_ROWS, HALF):
        add_layers(measurements, arm, exact[arm], digits)
    measurements.notes.append(
        "what the networks make of a digit below and above is compared with their weights "
        "rounded to 1/256, so that sums are exact; accuracies are of the trained weights, from "
        f"which rounding moves them by up to {max(shifts):.1f} points"
    )
    examples = (x[0, 0, 0].numpy() for x in (digits.below, digits.above))
    measurements.arrays.update(zip(HALVES, examples, strict=True))
    return measurements


def add_accuracies(
    measurements: Measurements, arm: str, networks: Networks, exact: Networks, digits: HeldOut
) -> float:
    """Add the share of right classes, and return by how much rounding changes it at most."""
    trained, other = (
        [accuracy(logits, digits.y) for logits in below_and_above(each, digits)]
        for each in (networks, exact)
    )
    low, high = (mean_of_seeds(each) for each in trained)
    measurements.add(
        "Accuracy on digits in the lower half, and half a canvas above",
        {"arm": arm},
        {BELOW: low, ABOVE: high},
    )
    return float((torch.stack(trained) - torch.stack(other)).abs().max())


def add_differences(
    measurements: Measurements, arm: str, exact: Networks, digits: HeldOut
) -> None:
    """How the answers to the same digits differ between below and above."""
    low, high = below_and_above(exact, digits)
    measurements.add(
        "The same digit below and above: its class, its probability and its logits",
        {"arm": arm},
        {
            CHANGED: mean_of_seeds(100 - alike(low, high)),
            MOVED: mean_of_seeds(probability_change(low, high, digits.y)),
            APART: sample(apart(low, high), "median", "weights and data"),
        },
    )


def add_layers(measurements: Measurements, arm: str, exact: Networks, digits: HeldOut) -> None:
    """How far maps are from moving as the digit does, and what comes after them from staying."""
    for layer, modules in CONVOLUTIONS.items():
        low, high = below_and_above(first(modules, exact), digits)
        moved = low.roll(-DIGIT // 2, dims=-2)  # the first layer has stride 2
        add_error(measurements, arm, layer, relative_error(high, moved))
    low, high = below_and_above(exact, digits)
    add_error(measurements, arm, DENSE, relative_error(high, low))
    low, high = (logits.softmax(dim=-1) for logits in (low, high))
    add_error(measurements, arm, SOFTMAX, relative_error(high, low))


def add_error(measurements: Measurements, arm: str, layer: str, errors: Tensor) -> None:
    measurements.add(
        "Layer by layer, when the digit moves: maps that should follow, answers that should stay",
        {"arm": arm, "layer": layer},
        {ERROR: mean_of_seeds(errors)},
    )


def over_seeds(choose: Callable[[tuple[float, ...]], float], quantity: str, arm: str) -> Quantity:
    """The chosen value of all seeds, for what is exact of each."""

    def choice(measurements: Measurements) -> Sample:
        return exactly(float(choose(measurements.get(quantity, arm=arm).values)))

    named = at(quantity, arm=arm)
    return Quantity(named.name, choice, named.unit)


at_most, at_least = partial(over_seeds, np.max), partial(over_seeds, np.min)

LEARNED_FLAT = (
    Control(
        sentence="the flattened network knows the digits below",
        of=at(BELOW, arm=FLAT),
        predicted=above(85),
    ),
    Control(
        sentence="trained on all rows, the flattened network knows the digits above",
        of=at(ABOVE, arm=ALL_ROWS),
        predicted=above(80),
    ),
)
ZEROS_DIFFER = Control(
    sentence="with zero padding instead, logits differ",
    of=at_least(APART, ZEROS),
    predicted=above(0.01),
)


def steady(of: Callable[[str], Quantity], margin: float) -> tuple[Control, ...]:
    """What a quantity of the network trained on all rows must meet to say anything."""
    return (
        *LEARNED_FLAT[1:],
        Control(
            sentence="half the steps teach the network of all rows nearly the same",
            of=paired(of(HALF), of(ALL_ROWS)),
            predicted=within(margin, of=0),
        ),
    )


CLAIMS = (
    Claim(  # at its most favourable: the network saw digits at every place
        id="C316",
        source="S3",
        sentence="Convolution and weight sharing make a CNN invariant to translation: trained "
        "everywhere, it gives a digit the same class wherever it stands",
        of=at(CHANGED, arm=ALL_ROWS),
        predicted=below(5),
        expected=Outcome.REFUTED,
        controls=steady(lambda arm: at(CHANGED, arm=arm), 5),
        blind=False,
    ),
    Claim(
        id="C316o1",
        source="ours",
        sentence="Convolution and weight sharing let a CNN know above what it learned below",
        of=paired(at(BELOW, arm=FLAT), at(ABOVE, arm=FLAT)),
        predicted=within(5, of=0),
        expected=Outcome.REFUTED,
        controls=LEARNED_FLAT,
        blind=False,
    ),
    Claim(
        id="C316r",
        source="S3",
        sentence="Circular convolutions and global max-pooling make a CNN invariant to "
        "translation: no logit differs",
        of=at_most(APART, POOLED),
        predicted=equal(0),
        controls=(ZEROS_DIFFER,),
        general=True,
        identity=True,
    ),
    Claim(
        id="C318",
        source="S3",
        sentence="Convolutions are equivariant, and a fully connected layer and softmax turn this "
        "into invariance",
        of=at(ERROR, arm=ALL_ROWS, layer=SOFTMAX),
        predicted=below(0.05),
        expected=Outcome.REFUTED,
        controls=(
            Control(
                sentence="up to the last convolution, the maps follow the digit exactly",
                of=at(ERROR, arm=ALL_ROWS, layer=SECOND),
                predicted=equal(0),
            ),
            *steady(lambda arm: at(ERROR, arm=arm, layer=SOFTMAX), 0.1),
        ),
        blind=False,
    ),
    Claim(
        id="C318r",
        source="S3",
        sentence="A fully connected layer guesses at places where it was not trained",
        of=at(ABOVE, arm=FLAT),
        predicted=within(3, of=CHANCE),
        controls=LEARNED_FLAT,
        blind=False,
    ),
    Claim(
        id="C319",
        source="S3",
        sentence="A class is equally probable wherever its object stands",
        of=at(MOVED, arm=ALL_ROWS),
        predicted=below(5),
        expected=Outcome.REFUTED,
        controls=steady(lambda arm: at(MOVED, arm=arm), 5),
        blind=False,
    ),
    Claim(
        id="C319r",
        source="S3",
        sentence="With circular convolutions and global max-pooling, a class is equally probable "
        "wherever its object stands",
        of=at_most(MOVED, POOLED),
        predicted=equal(0),
        controls=(ZEROS_DIFFER,),
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "No. A shared kernel finds a digit wherever it stands, but the fully connected layer behind "
    "it does not: trained below, it is right about {above:.0f} % of the digits above, which is "
    "guessing. Even trained everywhere it gives {changed:.0f} % of the digits another class when "
    "they move. Global max-pooling after circular convolutions is what makes it exact: no logit "
    "differs.",
    above=at(ABOVE, arm=FLAT),
    changed=at(CHANGED, arm=ALL_ROWS),
)


def draw(record: Record) -> dict[str, Figure]:
    measured = record.measurements
    halves = side_by_side(
        measured,
        (BELOW, ABOVE),
        by="arm",
        title=record.finding("C318r"),
        y="accuracy (%), mean and 95 % interval over seeds",
        levels={"guessing": CHANCE},
    )
    examples = {half: measured.arrays[half] for half in HALVES}
    return {
        "halves": halves,
        "layers": draw_layers(record),
        "pair": images(examples, title="The same digit below and above", highest=WHITE),
    }


def draw_layers(record: Record) -> Figure:
    layers = (*CONVOLUTIONS, DENSE, SOFTMAX)
    series = {}
    for arm in (ALL_ROWS, POOLED):
        errors = [record.measurements.get(ERROR, arm=arm, layer=layer) for layer in layers]
        series[arm] = points(dict(enumerate(errors)))
    figure = lines(
        series,
        title=record.finding("C318"),
        x="when a digit moves: maps should follow, answers should stay",
        y="relative error, mean and 95 % interval over seeds",
    )
    figure.axes[0].set_xticks(range(len(layers)), layers)
    return figure
