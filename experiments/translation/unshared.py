"""Can a network without shared weights recognise at the top what it learned at the bottom?

Networks learn digits in the lower half of a canvas and are tested half a canvas above. Local
layers and an MLP have weights of their own for the upper half. These weights never receive a
gradient, so the networks must guess there, however long they learn. Shared weights are the
control: the same digits, the same loop.
"""

from functools import partial

import torch
from matplotlib.figure import Figure

from convlab.figures import side_by_side
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Sample,
    above,
    at,
    below,
    equal,
    exactly,
    within,
)
from convlab.models import flat_head, maximum_head
from convlab.probes.answers import accuracy
from convlab.record import Record
from convlab.train import Networks
from convlab.workbench import Workbench

from ._canvas import ABOVE, BELOW, CHANCE, SIDE, Learning
from ._canvas_networks import Builder, local_layers, perceptron, pooled_convolutions
from ._lifted_digits import held_out, learn, mean_of_seeds
from ._maps import below_and_above

SHARED, LOCAL = "convolution, maximum", "local, maximum"
LOCAL_FLAT, MLP = "local, flattened", "mlp"
UPPER, LOWER = "greatest change, upper half", "greatest change, lower half"


class Config(Learning):
    """How many networks of which size learn for how long."""


ARMS: dict[str, Builder] = {
    SHARED: pooled_convolutions,
    LOCAL: partial(local_layers, maximum_head),
    LOCAL_FLAT: partial(local_layers, flat_head),
    MLP: perceptron,
}


def measure(config: Config, workbench: Workbench) -> Measurements:
    digits, measurements = held_out(workbench, config.seeds), Measurements()
    networks = {arm: learn(workbench, arm, build, config) for arm, build in ARMS.items()}
    for arm, each in networks.items():
        low, high = (
            mean_of_seeds(accuracy(logits, digits.y)) for logits in below_and_above(each, digits)
        )
        title = "Accuracy on digits in the lower half, and half a canvas above"
        measurements.add(title, {"arm": arm}, {BELOW: low, ABOVE: high})
    for arm in (LOCAL, LOCAL_FLAT, MLP):
        title = "How far training changed the weights of the first layer"
        measurements.add(title, {"arm": arm}, weight_changes(networks[arm]))
    return measurements


def weight_changes(networks: Networks) -> dict[str, Sample]:
    """The greatest change of a first weight, by the half of the image to which the weight belongs.

    Adam changes every weight that has had a gradient: a weight without change never had one.
    """
    name = next(iter(networks.state))  # (S, O, 1, H, W, K, L), or (S, O, pixels) of an mlp
    change = (networks.state[name] - networks.at(0).state[name]).abs()
    by_row = torch.unflatten(change, 2, (SIDE, SIDE)) if change.ndim == 3 else change[:, :, 0]
    upper, lower = by_row.chunk(2, dim=2)
    return {UPPER: exactly(float(upper.max())), LOWER: exactly(float(lower.max()))}


def learned(arm: str, least: float) -> tuple[Control, ...]:
    """A network that guesses above has learned below, and nothing above, unlike shared weights."""
    return (
        Control(
            sentence="the network that guesses above knows the digits below",
            of=at(BELOW, arm=arm),
            predicted=above(least),
        ),
        Control(
            sentence="no weight of the upper half of that network changed",
            of=at(UPPER, arm=arm),
            predicted=equal(0),
        ),
        Control(
            sentence="a network with shared weights knows the digits above",
            of=at(ABOVE, arm=SHARED),
            predicted=above(80),
        ),
    )


CLAIMS = (
    Claim(
        id="C317",
        source="S3",
        sentence="Without shared weights, what is learned below may not be recognised above",
        of=at(ABOVE, arm=LOCAL),
        predicted=below(50),
        controls=learned(LOCAL, 85),
        blind=False,
    ),
    Claim(
        id="C317r",
        source="S3",
        sentence="A flattened locally connected network guesses above what it learned below",
        of=at(ABOVE, arm=LOCAL_FLAT),
        predicted=within(3, of=CHANCE),
        controls=learned(LOCAL_FLAT, 85),
        blind=False,
    ),
    Claim(
        id="C317r2",
        source="S3",
        sentence="An MLP guesses above what it learned below",
        of=at(ABOVE, arm=MLP),
        predicted=within(3, of=CHANCE),
        controls=learned(MLP, 90),
        blind=False,
    ),
    Claim(
        id="C317r3",
        source="S3",
        sentence="Global max-pooling does not help local layers: they guess above what they "
        "learned below",
        of=at(ABOVE, arm=LOCAL),
        predicted=within(3, of=CHANCE),
        controls=learned(LOCAL, 85),
        blind=False,
    ),
)

ANSWER = Answer(
    "No. Local layers that know {below:.0f} % of the digits at the bottom are right about "
    "{above:.0f} % of the same digits at the top, and an MLP about {mlp:.0f} %: that is guessing, "
    "one in ten. Their weights for the top never changed, as no gradient reached them. With "
    "shared weights it is {shared:.0f} % at the top.",
    below=at(BELOW, arm=LOCAL),
    above=at(ABOVE, arm=LOCAL),
    mlp=at(ABOVE, arm=MLP),
    shared=at(ABOVE, arm=SHARED),
)


def draw(record: Record) -> dict[str, Figure]:
    halves = side_by_side(
        record.measurements,
        (BELOW, ABOVE),
        by="arm",
        title=record.finding("C317r3"),
        y="accuracy (%), mean and 95 % interval over seeds",
        levels={"guessing": CHANCE},
    )
    return {"halves": halves}
