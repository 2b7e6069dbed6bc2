"""Can a network without shared weights recognise at the top what it learned at the bottom?

Networks learn digits in the lower half of a canvas and are tested half a canvas above. Local
layers and an MLP have weights of their own for the upper half. These weights never receive a
gradient, so the networks must guess there. Shared weights are the control: the same digits, the
same loop.
"""

from functools import partial

import torch
from matplotlib.figure import Figure

from convlab.figures import side_by_side
from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Sample,
    above,
    at,
    equal,
    exactly,
    within,
)
from convlab.models import flat_head, maximum_head
from convlab.probes.answers import accuracy
from convlab.probes.exact import exact_logits
from convlab.train import Networks, sample
from convlab.workbench import Workbench

from ._canvas import ABOVE, BELOW, CHANCE, SIDE, Learning
from ._canvas_networks import Builder, local_layers, perceptron, pooled_convolutions
from ._lifted_digits import learn, split_digits

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
    digits, measurements, networks = split_digits(config.seeds), Measurements(), {}
    for arm, build in ARMS.items():
        networks[arm] = learn(digits, workbench, arm, build, config, keep=[0])
    for arm, each in networks.items():
        logits = (exact_logits(each, x, own=True) for x in (digits.below, digits.above))
        low, high = (sample(accuracy(half, digits.y), "mean") for half in logits)
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


SHARED_KNOWS_ABOVE = Control(
    sentence="a network with shared weights knows the digits above",
    of=at(ABOVE, arm=SHARED),
    predicted=above(80),
)

CLAIMS = (
    Claim(
        id="C317",
        source="S3",
        sentence="Without shared weights, what is learned below is not recognised above",
        of=at(ABOVE, arm=LOCAL),
        predicted=within(5, of=CHANCE),
        controls=(
            Control(
                sentence="the local network with maxima knows the digits below",
                of=at(BELOW, arm=LOCAL),
                predicted=above(80),
            ),
            Control(
                sentence="no weight of the upper half of the local network with maxima changed",
                of=at(UPPER, arm=LOCAL),
                predicted=equal(0),
            ),
            SHARED_KNOWS_ABOVE,
        ),
    ),
    Claim(
        id="C317r",
        source="S3",
        sentence="A flattened locally connected network does not recognise above what it learned "
        "below",
        of=at(ABOVE, arm=LOCAL_FLAT),
        predicted=within(5, of=CHANCE),
        controls=(
            Control(
                sentence="the flattened local network knows the digits below",
                of=at(BELOW, arm=LOCAL_FLAT),
                predicted=above(80),
            ),
            Control(
                sentence="no weight of the upper half of the flattened local network changed",
                of=at(UPPER, arm=LOCAL_FLAT),
                predicted=equal(0),
            ),
            SHARED_KNOWS_ABOVE,
        ),
    ),
    Claim(
        id="C317r2",
        source="S3",
        sentence="An MLP does not recognise above what it learned below",
        of=at(ABOVE, arm=MLP),
        predicted=within(5, of=CHANCE),
        controls=(
            Control(
                sentence="the MLP knows the digits below",
                of=at(BELOW, arm=MLP),
                predicted=above(80),
            ),
            Control(
                sentence="no weight of the upper half of the MLP changed",
                of=at(UPPER, arm=MLP),
                predicted=equal(0),
            ),
            SHARED_KNOWS_ABOVE,
        ),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    halves = side_by_side(
        measurements,
        (BELOW, ABOVE),
        by="arm",
        title="Without shared weights, digits that were learned below are unknown above",
        y="accuracy (%)",
        levels={"guessing": CHANCE},
    )
    return {"halves": halves}
