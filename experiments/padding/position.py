"""Can a network tell where something is?

The label is the position: a digit stands in the top half of the canvas, or the same digit stands
half a canvas lower. Circular convolutions and a global maximum must give both the same logits, and
so must guess. Locally connected layers start as these convolutions, with a copy of the kernel at
each position; by training they must learn to tell. Controls: flattened convolutions can learn
the position, with wrong labels nothing can be learned, and half the steps teach nearly as much.
Each seed has a split of the digits of its own.
"""

from functools import partial
from math import log

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from convlab.figures import bars, curves, images
from convlab.layers import LocallyConnected2d
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Quantity,
    Sample,
    above,
    at,
    equal,
    exactly,
    paired,
    within,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Stream
from convlab.train import Build, Networks, sample
from convlab.workbench import Workbench

from ._halves import (
    SIDE,
    accuracy,
    held_out,
    largest_difference,
    lesson,
    logits,
    network,
)

CIRCULAR, FLAT = "circular, pooled", "circular, flattened"
LOCAL, LOCAL_FLAT, WRONG = "local, pooled", "local, flattened", "local, wrong labels"
TWINS = {LOCAL: CIRCULAR, LOCAL_FLAT: FLAT}  # each starts as the other
UNTRAINED, HALF, TRAINED = "untrained", "trained for half the steps", "trained"
ACCURACY, DIFFERENCE = "accuracy (%)", "difference of a pair's logits"
TWIN_DIFFERENCE = "difference of the twins' logits"


class Config(BaseModel):
    """How many networks of which width learn from how many pairs."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    channels: int = Field(4, ge=1, description="of each hidden layer")
    examples: int = Field(512, ge=2, le=1437, description="pairs that each network is trained on")
    training: Training = Training(steps=100, batch=32, lr=0.01, schedule="cosine")


circular_network = partial(network, "circular", 2)


def local_network(channels: int, flat: bool = False) -> nn.Sequential:
    """The circular network of the same seed, with a kernel of its own at each position."""
    layers = circular_network(channels, flat)
    for index, layer in enumerate(layers):
        if isinstance(layer, nn.Conv2d):
            layers[index] = LocallyConnected2d.from_conv(layer, SIDE)
    return layers


def arms(channels: int) -> dict[str, Build]:
    return {
        CIRCULAR: partial(circular_network, channels),
        FLAT: partial(circular_network, channels, flat=True),
        LOCAL: partial(local_network, channels),
        LOCAL_FLAT: partial(local_network, channels, flat=True),
        WRONG: partial(local_network, channels),
    }


def measure(config: Config, workbench: Workbench) -> Measurements:
    x, _ = held_out(workbench.generator(Stream.DATA, seed) for seed in range(config.seeds))
    logits_of = {}
    for arm, build in arms(config.channels).items():
        networks = train(arm, build, config, config.training, workbench)
        logits_of[arm, UNTRAINED] = logits(networks.at(0), x)
        logits_of[arm, TRAINED] = logits(networks, x)
    fewer = config.training.model_copy(update={"steps": max(1, config.training.steps // 2)})
    half = train(LOCAL, arms(config.channels)[LOCAL], config, fewer, workbench)
    logits_of[LOCAL, HALF] = logits(half, x)
    measurements = Measurements(arrays={"pair": x[0, :, 0, 0].numpy()})
    add_rows(measurements, logits_of)
    return measurements


def train(
    arm: str, build: Build, config: Config, training: Training, workbench: Workbench
) -> Networks:
    return workbench.fit(
        arm,
        build,
        partial(lesson, config.examples, wrong=arm == WRONG),
        cross_entropy,
        seeds=config.seeds,
        training=training,
        keep=[0],
    )


def add_rows(into: Measurements, logits_of: dict[tuple[str, str], Tensor]) -> None:
    """How well each arm tells a pair, and how far each local arm is from its circular twin."""
    for (arm, when), of_pairs in logits_of.items():
        every = torch.ones(of_pairs.shape[0], of_pairs.shape[2], dtype=torch.bool)
        quantities = {
            ACCURACY: sample(accuracy(of_pairs, every), "mean", "weights and data"),
            DIFFERENCE: exactly(largest_difference(of_pairs, every)),
        }
        into.add("top or bottom?", {"arm": arm, "when": when}, quantities)
    for (arm, when), of_pairs in logits_of.items():
        if arm in TWINS and when != HALF:
            difference = float((of_pairs - logits_of[TWINS[arm], when]).abs().max())
            title = "local networks and the circular twins that they start as"
            into.add(title, {"arm": arm, "when": when}, {TWIN_DIFFERENCE: exactly(difference)})


def distance_from_guessing(measurements: Measurements) -> Sample:
    """The greatest distance of a trained circular network's accuracy from 50 %."""
    values = measurements.get(ACCURACY, arm=CIRCULAR, when=TRAINED).values
    return exactly(max(abs(value - 50) for value in values))


CLAIMS = (
    Claim(
        id="C320",
        source="S3",
        sentence="Where the label is the position, a translation-invariant network guesses",
        of=Quantity("largest distance from guessing", distance_from_guessing, unit="points"),
        predicted=equal(0),
        general=True,
        identity=True,
        controls=(
            Control(
                sentence="the flattened circular network learns the position",
                of=at(ACCURACY, arm=FLAT, when=TRAINED),
                predicted=above(95),
            ),
            Control(
                sentence="the pooled circular network gives both images of a pair the same logits",
                of=at(DIFFERENCE, arm=CIRCULAR, when=TRAINED),
                predicted=equal(0),
            ),
        ),
    ),
    Claim(
        id="C321",
        source="S3",
        sentence="A locally connected layer encodes the position and gives up invariance",
        of=at(ACCURACY, arm=LOCAL, when=TRAINED),
        predicted=above(95),  # at most one pair in ten gets the same class twice
        controls=(
            Control(
                sentence="trained on wrong labels, the local network guesses",
                of=at(ACCURACY, arm=WRONG, when=TRAINED),
                predicted=within(5, of=50),
            ),
            Control(
                sentence="twice the steps move the accuracy by less than the 5 points from 95 % "
                "to all",
                of=paired(
                    at(ACCURACY, arm=LOCAL, when=TRAINED), at(ACCURACY, arm=LOCAL, when=HALF)
                ),
                predicted=within(5, of=0),
            ),
        ),
    ),
    Claim(
        id="C321r",
        source="S3",
        sentence="Before training, a locally connected layer with the same kernel at every "
        "position is the convolution and does not encode the position",
        of=at(TWIN_DIFFERENCE, arm=LOCAL, when=UNTRAINED),
        predicted=equal(0),
        general=True,
        identity=True,
        controls=(
            Control(
                sentence="untrained, the local network guesses",
                of=at(ACCURACY, arm=LOCAL, when=UNTRAINED),
                predicted=equal(50),
            ),
            Control(
                sentence="trained, the local network and its circular twin differ",
                of=at(TWIN_DIFFERENCE, arm=LOCAL, when=TRAINED),
                predicted=above(1),
            ),
        ),
    ),
)


ANSWER = Answer(
    "Not if it is invariant: circular convolutions and a global maximum guess ({circular:.0f} % "
    "of the halves are right), since both images of a pair give the same logits. The same network "
    "with a kernel of its own at every position starts as blind ({untrained:.0f} %) and learns "
    "the position ({local:.1f} %): it has given up the invariance. Flat maps do the same "
    "({flat:.1f} %).",
    circular=at(ACCURACY, arm=CIRCULAR, when=TRAINED),
    untrained=at(ACCURACY, arm=LOCAL, when=UNTRAINED),
    local=at(ACCURACY, arm=LOCAL, when=TRAINED),
    flat=at(ACCURACY, arm=FLAT, when=TRAINED),
)


def draw(record: Record) -> dict[str, Figure]:
    measurements = record.measurements
    upper, lower = measurements.arrays["pair"]
    pair = {"label: top": upper, "label: bottom": lower}
    losses = {arm: measurements.arrays[f"loss of {arm}"] for arm in (CIRCULAR, LOCAL)}
    title = f"{record.finding('C321')} (two networks that start as the same)"
    floors = {"guessing, log 2": log(2)}
    return {
        "pair": images(pair, title="The two images of a pair", highest=1.0),
        "accuracy": accuracy_bars(record),
        "loss": curves(
            losses, title=title, y="cross-entropy; bands: middle 80 % of the seeds", floors=floors
        ),
    }


def accuracy_bars(record: Record) -> Figure:
    arms = (CIRCULAR, FLAT, LOCAL, LOCAL_FLAT, WRONG)
    figure = bars(
        {arm: record.measurements.get(ACCURACY, arm=arm, when=TRAINED).center for arm in arms},
        title=record.finding("C320"),
        x=f"{ACCURACY}, mean of the seeds; dashed: guessing",
        log=False,
    )
    (axes,) = figure.axes
    axes.axvline(50, color="black", linestyle="--", linewidth=1)
    for number in axes.texts:
        number.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0})
    return figure
