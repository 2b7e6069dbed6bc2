"""Can a network without shared weights recognise at the top what it learned at the bottom?

Networks learn digits in the lower half of a canvas and are tested half a canvas above. Local
layers and an MLP have weights of their own for the upper half; these never receive a gradient, so
the networks must guess there. Shared weights are the control: the same digits, the same loop.
"""

from functools import partial

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch.nn.functional import cross_entropy

from convlab.figures import side_by_side
from convlab.measure import (
    Claim,
    Control,
    Measured,
    Measurements,
    Sample,
    above,
    equal,
    exactly,
    within,
)
from convlab.models import flattened, strongest
from convlab.probes.answers import accuracy
from convlab.probes.exact import exact_logits
from convlab.settings import FROZEN, Seeds, Training
from convlab.train import Networks, sample
from convlab.workbench import Workbench

from ._lifting import SIDE, Sized, lifting, local, perceptron, shared

SHARED, LOCAL = "convolution, maximum", "local, maximum"
LOCAL_FLAT, MLP = "local, flattened", "mlp"
BELOW, ABOVE = "below (%)", "above (%)"
UPPER, LOWER = "upper half (greatest)", "lower half (greatest)"
CHANCE = 10  # percent: there are ten classes


class Config(BaseModel):
    """How many networks of which size learn for how long."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    channels: int = Field(8, ge=1, description="of the first layer; the second has twice as many")
    placements: int = Field(8, ge=1, description="of each digit in the images trained on")
    training: Training = Training(steps=500, batch=64, lr=0.005, schedule="cosine")


NETWORKS: dict[str, Sized] = {
    SHARED: shared,
    LOCAL: partial(local, strongest),
    LOCAL_FLAT: partial(local, flattened),
    MLP: perceptron,
}


def measure(config: Config, workbench: Workbench) -> Measurements:
    digits, networks, measurements = lifting(config.seeds), {}, Measurements()
    for name, build in NETWORKS.items():
        networks[name] = workbench.fit(
            name,
            partial(build, config.channels),
            digits.draw(rows=1, placements=config.placements),
            cross_entropy,
            seeds=config.seeds,
            training=config.training,
            keep=[0],
        )
    for name, each in networks.items():
        logits = (exact_logits(each, x, own=True) for x in (digits.below, digits.above))
        below, above = (sample(accuracy(half, digits.y), "mean") for half in logits)
        title = "Accuracy on digits in the lower half, and half a canvas above"
        measurements.add(title, {"network": name}, {BELOW: below, ABOVE: above})
    for name in (LOCAL, LOCAL_FLAT, MLP):
        title = "How far training moved the weights of the first layer"
        measurements.add(title, {"network": name}, moved(networks[name]))
    return measurements


def moved(networks: Networks) -> dict[str, Sample]:
    """The greatest change of a first weight, by the half of the image to which it belongs.

    Adam moves whatever has had a gradient, so what is still in place never had one.
    """
    name = next(iter(networks.state))  # (S, O, 1, H, W, K, L), or (S, O, pixels) of an mlp
    change = (networks.state[name] - networks.at(0).state[name]).abs()
    by_row = torch.unflatten(change, 2, (SIDE, SIDE)) if change.ndim == 3 else change[:, :, 0]
    upper, lower = by_row.chunk(2, dim=2)
    return {UPPER: exactly(float(upper.max())), LOWER: exactly(float(lower.max()))}


def of(quantity: str, name: str) -> Measured:
    return lambda m: m.get(quantity, network=name)


def guesses(id: str, name: str, sentence: str) -> Claim:
    learned = (
        Control("it knows the digits below", of(BELOW, name), above(80)),
        Control("no weight of the upper half moved", of(UPPER, name), equal(0)),
        Control("shared weights recognise them above", of(ABOVE, SHARED), above(80)),
    )
    guessing = within(5, of=CHANCE)
    return Claim(id, "S3", sentence, of(ABOVE, name), guessing, controls=learned)


UNRECOGNISED = "Without shared weights, what is learned below is not recognised above"
CLAIMS = (
    guesses("C317", LOCAL, UNRECOGNISED),
    guesses("C317r", LOCAL_FLAT, "Nor is it by a locally connected network that is flattened"),
    guesses("C317r2", MLP, "Nor is it by an MLP"),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    halves = side_by_side(
        measurements,
        (BELOW, ABOVE),
        by="network",
        title="Without shared weights, what was learned below is unknown above",
        y="accuracy (%)",
        levels={"guessing": CHANCE},
    )
    return {"halves": halves}
