"""Can a network tell where something is?

The label is the position: a digit stands in the top half of the canvas, or the same digit stands
half a canvas lower. Circular convolutions and a global maximum must give both the same logits, and
so must guess. Locally connected layers start as these convolutions, with a copy of the kernel at
each position; by training they must learn to tell. Controls: flattened convolutions can learn
the position, with wrong labels nothing can be learned, and half the steps teach nearly as much.
Each seed has a split of the digits of its own.
"""

from functools import partial

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Tensor
from torch.nn.functional import cross_entropy

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
from convlab.train import Networks
from convlab.workbench import Workbench

from ._half_names import ACCURACY, DIFFERENCE
from ._halves import held_out, lesson, logits, told
from ._position_figures import of_accuracy, of_losses, of_pair
from ._position_names import (
    ARMS,
    CIRCULAR,
    FLAT,
    HALF,
    LOCAL,
    TRAINED,
    TWIN_DIFFERENCE,
    TWINS,
    UNTRAINED,
    WRONG,
)
from ._twins import arms


class Config(BaseModel):
    """How many networks of which width learn from how many pairs."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    channels: int = Field(4, ge=1, description="of each hidden layer")
    examples: int = Field(512, ge=2, le=1437, description="pairs that each network is trained on")
    training: Training = Training(steps=100, batch=32, lr=0.01, schedule="cosine")


def measure(config: Config, workbench: Workbench) -> Measurements:
    x, _ = held_out(workbench.generator(Stream.DATA, seed) for seed in range(config.seeds))
    logits_of = {}
    for arm in ARMS:
        networks = train(arm, config, config.training, workbench)
        logits_of[arm, UNTRAINED] = logits(networks.at(0), x)
        logits_of[arm, TRAINED] = logits(networks, x)
    fewer = config.training.model_copy(update={"steps": max(1, config.training.steps // 2)})
    logits_of[LOCAL, HALF] = logits(train(LOCAL, config, fewer, workbench), x)
    measurements = Measurements(arrays={"pair": x[0, :, 0, 0].numpy()})
    add_rows(measurements, logits_of)
    return measurements


def train(arm: str, config: Config, training: Training, workbench: Workbench) -> Networks:
    return workbench.fit(
        arm,
        arms(config.channels)[arm],
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
        into.add("top or bottom?", {"arm": arm, "when": when}, told(of_pairs, every))
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
    return {
        "pair": of_pair(measurements.arrays["pair"]),
        "accuracy": of_accuracy(measurements, record.finding("C320")),
        "loss": of_losses(measurements.arrays, record.finding("C321")),
    }
