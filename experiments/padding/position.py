"""Can a network tell where something is?

The label is the position: a digit stands in the top half of the canvas, or the same digit half a
canvas lower. Circular convolutions and a global maximum must give both the same logits, and so
guess. Locally connected layers, which start as those very convolutions with their kernel at each
position, must then learn to tell. Flattened convolutions are the control that the position can be
learned, and wrong labels that it must be.
"""

from functools import partial
from math import log

from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import nn
from torch.nn.functional import cross_entropy

from convlab.figures import bars, curves, images
from convlab.layers import LocallyConnected2d
from convlab.measure import Claim, Control, Measured, Measurements, above, equal, exactly, within
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Stream, generator
from convlab.train import Build, sample
from convlab.workbench import Workbench

from ._halves import SIDE, accuracy, apart, labelled_pairs, logits, network, pairs, small_digits

CIRCULAR, FLAT = "circular, pooled", "circular, flattened"
LOCAL, LOCAL_FLAT, WRONG = "local, pooled", "local, flattened", "local, wrong labels"
ACCURACY, DIFFERENCE = "accuracy (%)", "difference of a pair's logits"
TWINS = "local networks and the circular twins that they start as"
APART = "difference from its twin's logits"


class Config(BaseModel):
    """How many networks of which width learn from how many pairs."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    channels: int = Field(4, ge=1, description="of each hidden layer")
    examples: int = Field(512, ge=2, le=1437, description="pairs that each network is trained on")
    training: Training = Training(steps=100, batch=32, lr=0.01, schedule="cosine")


circular = partial(network, "circular", 2)


def local(channels: int, flat: bool = False) -> nn.Sequential:
    """The circular network of the same seed, with a kernel of its own at each position."""
    layers = circular(channels, flat)
    for index, layer in enumerate(layers):
        if isinstance(layer, nn.Conv2d):
            layers[index] = LocallyConnected2d.from_conv(layer, SIDE)
    return layers


def arms(channels: int) -> dict[str, Build]:
    return {
        CIRCULAR: partial(circular, channels),
        FLAT: partial(circular, channels, flat=True),
        LOCAL: partial(local, channels),
        LOCAL_FLAT: partial(local, channels, flat=True),
        WRONG: partial(local, channels),
    }


def measure(config: Config, workbench: Workbench) -> Measurements:
    digits, others = small_digits(generator(0, Stream.SPLIT))
    x, _ = pairs(others, generator(0, Stream.HELD_OUT))
    measurements = Measurements(arrays={"pair": x[:, 0, 0].numpy()})
    untrained, trained = {}, {}
    for name, build in arms(config.channels).items():
        networks = workbench.fit(
            name,
            build,
            labelled_pairs(digits, config.examples, wrong=name == WRONG),
            cross_entropy,
            seeds=config.seeds,
            training=config.training,
            keep=[0],
        )
        untrained[name], trained[name] = logits(networks.at(0), x), logits(networks, x)
        right = sample(accuracy(trained[name]), "mean")
        found = {ACCURACY: right, DIFFERENCE: exactly(apart(trained[name]))}
        measurements.add("top or bottom?", {"network": name}, found)
        measurements.arrays[f"loss of {name}"] = networks.losses.numpy()
    for name, twin in ((LOCAL, CIRCULAR), (LOCAL_FLAT, FLAT)):
        for when, seen in (("untrained", untrained), ("trained", trained)):
            difference = float((seen[name] - seen[twin]).abs().max())
            found = {ACCURACY: sample(accuracy(seen[name]), "mean"), APART: exactly(difference)}
            measurements.add(TWINS, {"twins": name, "when": when}, found)
    return measurements


def of(quantity: str, name: str) -> Measured:
    return lambda m: m.get(quantity, network=name)


def twins(quantity: str, when: str) -> Measured:
    return lambda m: m.get(quantity, twins=LOCAL, when=when)


LEARNABLE = (
    Control("its flattened twin learns the position", of(ACCURACY, FLAT), above(95)),
    Control("both images of each pair get the same logits", of(DIFFERENCE, CIRCULAR), equal(0)),
)
WRONGLY = Control("trained on wrong labels it guesses", of(ACCURACY, WRONG), within(5, of=50))
TRAINING_TELLS = (
    Control("untrained, it guesses", twins(ACCURACY, "untrained"), equal(50)),
    Control("trained, the twins differ", twins(APART, "trained"), above(1)),
)

GUESSES = "Where the label is the position, a translation-invariant network guesses"
ENCODES = "A locally connected layer encodes the position and gives invariance up"
AT_FIRST = "Not before it is trained: with one kernel everywhere it is the convolution"

CLAIMS = (
    Claim("C320", "S3", GUESSES, of(ACCURACY, CIRCULAR), equal(50), controls=LEARNABLE),
    # above 95: at most one pair in ten is answered alike
    Claim("C321", "S3", ENCODES, of(ACCURACY, LOCAL), above(95), controls=(WRONGLY,)),
    Claim("C321r", "S3", AT_FIRST, twins(APART, "untrained"), equal(0), controls=TRAINING_TELLS),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    upper, lower = measurements.arrays["pair"]
    two = {"label: top": upper, "label: bottom": lower}
    losses = {name: measurements.arrays[f"loss of {name}"] for name in (CIRCULAR, LOCAL)}
    free = "Two networks that start as the same: only one is free to learn the position"
    floors = {"guessing, log 2": log(2)}
    return {
        "pair": images(two, title="A pair differs in its position only"),
        "accuracy": accuracies(measurements),
        "loss": curves(losses, title=free, y="cross entropy", floors=floors),
    }


def accuracies(measurements: Measurements) -> Figure:
    names = (CIRCULAR, FLAT, LOCAL, LOCAL_FLAT, WRONG)
    figure = bars(
        {name: of(ACCURACY, name)(measurements).center for name in names},
        title="An invariant network guesses where something is, a local one knows",
        x=f"{ACCURACY}; dashed: guessing",
        log=False,
    )
    (axes,) = figure.axes
    axes.axvline(50, color="black", linestyle="--", linewidth=1)
    for number in axes.texts:
        number.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0})
    return figure
