"""Can a network tell where something is?

The label is the position: a digit stands in the top half of the canvas, or the same digit half a
canvas lower. Circular convolutions and a global maximum must give both the same logits, and so
guess. Locally connected layers, which start as those very convolutions with their kernel at each
position, must then learn to tell. Flattened convolutions are the control that the position can be
learned, and wrong labels that it must be.
"""

from dataclasses import replace
from functools import partial
from math import log
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from convlab.data.halves import SIDE, labelled, pairs, small_digits
from convlab.layers import LocallyConnected2d
from convlab.measure import Claim, Control, Measurements, Quantity, above, equal, exactly, within
from convlab.probes.pairs import accuracy, apart, dyadic, logits
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Data, Stream, generator
from convlab.train import Build, Networks, sample

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from convlab.workbench import Workbench

CIRCULAR, FLAT = "circular, pooled", "circular, flattened"
LOCAL, LOCAL_FLAT, WRONG = "local, pooled", "local, flattened", "local, wrong labels"
SLOPE = 0.25  # below zero: with ReLU, some flattened networks lose all their units
ACCURACY, DIFFERENCE = "accuracy (%)", "difference of a pair's logits"
TWINS = "local networks and the circular twins that they start as"
APART = "difference from its twin's logits"


class Config(BaseModel):
    """How many networks of which width learn from how many pairs."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    channels: int = Field(4, ge=1, description="of each hidden layer")
    examples: int = Field(512, ge=2, le=1437, description="pairs that each network is trained on")
    training: Training = Training(steps=100, batch=32, rate=0.01, schedule="cosine")


def circular(channels: int, flat: bool = False) -> nn.Sequential:
    """Two layers, and logits (N, 2) by every position (`flat`) or by the maximum over them."""
    return nn.Sequential(
        nn.Conv2d(1, channels, 3, padding=1, padding_mode="circular"),
        nn.LeakyReLU(SLOPE),
        nn.Conv2d(channels, channels, 3, padding=1, padding_mode="circular"),
        nn.LeakyReLU(SLOPE),
        nn.Identity() if flat else nn.MaxPool2d(SIDE),
        nn.Flatten(),
        nn.Linear(channels * (SIDE**2 if flat else 1), 2),
    )


def local(channels: int, flat: bool = False) -> nn.Sequential:
    """The circular network of the same seed, with a kernel of its own at each position."""
    network = circular(channels, flat)
    for index, layer in enumerate(network):
        if isinstance(layer, nn.Conv2d):
            network[index] = LocallyConnected2d.from_conv(layer, SIDE)
    return network


def arms(channels: int) -> dict[str, Build]:
    return {
        CIRCULAR: partial(circular, channels),
        FLAT: partial(circular, channels, flat=True),
        LOCAL: partial(local, channels),
        LOCAL_FLAT: partial(local, channels, flat=True),
        WRONG: partial(local, channels),
    }


def task(digits: Tensor, count: int, wrong: bool, generator: Generator) -> Data:
    return Data(*labelled(digits, count, generator, wrong=wrong))


def answers(networks: Networks, x: Tensor) -> Tensor:
    """The exact logits (S, 2, N, 2) of the networks with rounded weights."""
    return logits(replace(networks, state=dyadic(networks.state)).predict, x)


def measure(config: Config, workbench: "Workbench") -> Measurements:
    digits, others = small_digits(generator(0, Stream.SPLIT))
    x, _ = pairs(others, generator(0, Stream.HELD_OUT))
    measurements = Measurements(arrays={"pair": x[:, 0, 0].numpy()})
    untrained, trained = {}, {}
    for name, build in arms(config.channels).items():
        networks = workbench.fit(
            name,
            build,
            partial(task, digits, config.examples, name == WRONG),
            cross_entropy,
            seeds=config.seeds,
            training=config.training,
            keep=[0],
        )
        untrained[name], trained[name] = answers(networks.at(0), x), answers(networks, x)
        found = {
            ACCURACY: sample(accuracy(trained[name]), "mean"),
            DIFFERENCE: exactly(apart(trained[name])),
        }
        measurements.add("top or bottom?", {"network": name}, found)
        measurements.arrays[f"loss of {name}"] = networks.losses.numpy()
    for name, twin in ((LOCAL, CIRCULAR), (LOCAL_FLAT, FLAT)):
        for when, seen in (("untrained", untrained), ("trained", trained)):
            difference = float((seen[name] - seen[twin]).abs().max())
            found = {ACCURACY: sample(accuracy(seen[name]), "mean"), APART: exactly(difference)}
            measurements.add(TWINS, {"twins": name, "when": when}, found)
    return measurements


def told(name: str) -> Quantity:
    return lambda measurements: measurements.get(ACCURACY, network=name)


CLAIMS = (
    Claim(
        id="C320",
        source="S3",
        sentence="Where the label is the position, a translation-invariant network guesses",
        of=told(CIRCULAR),
        predicted=equal(50),
        controls=(
            Control("its flattened twin learns the position", told(FLAT), above(95)),
            Control(
                "both images of each pair get the same logits",
                lambda m: m.get(DIFFERENCE, network=CIRCULAR),
                equal(0),
            ),
        ),
    ),
    Claim(
        id="C321",
        source="S3",
        sentence="A locally connected layer encodes the position and gives invariance up",
        of=told(LOCAL),
        predicted=above(95),  # so at most one pair in ten is answered alike
        controls=(Control("trained on wrong labels it guesses", told(WRONG), within(5, of=50)),),
    ),
    Claim(
        id="C321r",
        source="S3",
        sentence="Not before it is trained: with one kernel everywhere it is the convolution",
        of=lambda m: m.get(APART, twins=LOCAL, when="untrained"),
        predicted=equal(0),
        controls=(
            Control(
                "untrained, it guesses",
                lambda m: m.get(ACCURACY, twins=LOCAL, when="untrained"),
                equal(50),
            ),
            Control(
                "trained, the twins differ",
                lambda m: m.get(APART, twins=LOCAL, when="trained"),
                above(1),
            ),
        ),
    ),
)


def draw(measurements: Measurements) -> "dict[str, Figure]":
    from convlab.figures import bars, curves, images

    upper, lower = measurements.arrays["pair"]
    names = (CIRCULAR, FLAT, LOCAL, LOCAL_FLAT, WRONG)
    accuracies = bars(
        {name: told(name)(measurements).center for name in names},
        title="An invariant network guesses where something is, a local one knows",
        x=f"{ACCURACY}; dashed: guessing",
        log=False,
    )
    (axes,) = accuracies.axes
    axes.axvline(50, color="black", linestyle="--", linewidth=1)
    for number in axes.texts:
        number.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0})
    return {
        "pair": images(
            {"label: top": upper, "label: bottom": lower},
            title="A pair differs in its position only",
        ),
        "accuracy": accuracies,
        "loss": curves(
            {name: measurements.arrays[f"loss of {name}"] for name in (CIRCULAR, LOCAL)},
            title="Two networks that start as the same: only one is free to learn the position",
            y="cross entropy",
            floors={"guessing, log 2": log(2)},
        ),
    }
