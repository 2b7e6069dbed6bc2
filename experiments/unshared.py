"""Can a network without shared weights recognise at the top what it learned at the bottom?

Networks learn digits in the lower half of a canvas and are tested half a canvas above. Local
layers and an MLP have weights of their own for the upper half; these never receive a gradient, so
the networks must guess there. Shared weights are the control: the same digits, the same loop.
Does max-pooling give local layers back a small invariance, as the post says? Of 2 x 2 maxima of
noise a convolution keeps one third under a shift; filters that differ must keep none.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import torch
from pydantic import BaseModel, Field
from torch import Generator, Tensor, nn
from torch.nn.functional import conv2d, cross_entropy, max_pool2d

from convlab.data import Dataset, load, shifted, split
from convlab.data.lifting import SIDE, below_and_above, placed
from convlab.layers import LocallyConnected2d, locally_connected
from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Outcome,
    Quantity,
    Sample,
    above,
    below,
    equal,
    exactly,
    within,
)
from convlab.models import Head, flattened, mlp, strongest
from convlab.probes.answers import accuracy
from convlab.probes.equivariance import exact
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Data, Stream, generator
from convlab.train import Networks, sample

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from convlab.workbench import Workbench

CLASSES = 10
HALF = (SIDE // 2, SIDE // 2)  # outputs of the first layer, of stride 2
SHARED, LOCAL = "convolution, maximum", "local, maximum"
LOCAL_FLAT, MLP = "local, flattened", "mlp"
BELOW, ABOVE = "below (%)", "above (%)"
UPPER, LOWER = "upper half (greatest)", "lower half (greatest)"
UNTRAINED, TRAINED = "untrained (%)", "trained (%)"
LAW = 100 / 3  # percent of 2 x 2 maxima: (k - 1) / (k + 1)


class Config(BaseModel):
    """How many networks of which size learn for how long, and see how much noise."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    channels: int = Field(8, ge=1, description="of the first layer; the second has twice as many")
    placements: int = Field(8, ge=1, description="of each digit in the images trained on")
    noises: int = Field(64, ge=1, description="images of noise whose maxima are compared")
    training: Training = Training(steps=500, batch=64, rate=0.005, schedule="cosine")


def measure(config: Config, workbench: "Workbench") -> Measurements:
    train, test = split(load("digits"), generator(0, Stream.SPLIT))
    networks = {
        name: workbench.fit(
            name,
            partial(build, config.channels),
            partial(task, train, config.placements),
            cross_entropy,
            seeds=config.seeds,
            training=config.training,
            keep=[0],
        )
        for name, build in NETWORKS.items()
    }
    pair = below_and_above(test, [generator(s, Stream.HELD_OUT) for s in range(config.seeds)])
    measurements = Measurements()
    for name, each in networks.items():
        whole = replace(each, state=exact(each.state))
        low, high = (accuracy(whole.predict(x, own=True), test.y) for x in pair)
        title = "Accuracy on digits in the lower half, and half a canvas above"
        quantities = {BELOW: sample(low, "mean"), ABOVE: sample(high, "mean")}
        measurements.add(title, {"network": name}, quantities)
    for name in (LOCAL, LOCAL_FLAT, MLP):
        title = "How far training moved the weights of the first layer"
        measurements.add(title, {"network": name}, moved(networks[name]))
    add_maxima(measurements, config, networks)
    return measurements


def add_maxima(measurements: Measurements, config: Config, networks: dict[str, Networks]) -> None:
    for name in (SHARED, LOCAL):
        when = {UNTRAINED: networks[name].at(0), TRAINED: networks[name]}
        measurements.add(
            "2 x 2 maxima of the first layer on noise that a shift by one output leaves unchanged",
            {"network": name},
            {t: sample(unchanged(each, config.noises), "mean") for t, each in when.items()},
        )


def task(digits: Dataset, placements: int, generator: Generator) -> Data:
    return Data(*placed(digits, 1, placements, generator))


def conv(channels: int) -> nn.Module:
    """Convolutions and the maximum of each map: (N, 1, SIDE, SIDE) to (N, CLASSES)."""
    second = nn.Conv2d(channels, 2 * channels, 3, padding=1, padding_mode="circular")
    return stacked(nn.Conv2d(1, channels, 2, 2), second, strongest(2 * channels, HALF, CLASSES))


def local(head: Head, channels: int) -> nn.Module:
    """The same with kernels of their own at every position."""
    first = LocallyConnected2d(1, channels, SIDE, 2, 2)
    second = LocallyConnected2d(
        channels, 2 * channels, HALF, 3, padding=1, padding_mode="circular"
    )
    return stacked(first, second, head(2 * channels, HALF, CLASSES))


def stacked(first: nn.Module, second: nn.Module, head: nn.Module) -> nn.Module:
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), head)


NETWORKS: dict[str, Callable[[int], nn.Module]] = {
    SHARED: conv,
    LOCAL: partial(local, strongest),
    LOCAL_FLAT: partial(local, flattened),
    MLP: lambda channels: mlp((1, SIDE, SIDE), CLASSES, 16 * channels),
}


def moved(networks: Networks) -> dict[str, Sample]:
    """The greatest change of a first weight, by the half of the image to which it belongs.

    Adam moves whatever has had a gradient, so what is still in place never had one.
    """
    name = next(iter(networks.state))  # (S, O, 1, H, W, K, L), or (S, O, pixels) of an mlp
    change = (networks.state[name] - networks.at(0).state[name]).abs()
    by_row = torch.unflatten(change, 2, (SIDE, SIDE)) if change.ndim == 3 else change[:, :, 0]
    upper, lower = by_row.chunk(2, dim=2)
    return {UPPER: exactly(float(upper.max())), LOWER: exactly(float(lower.max()))}


def unchanged(networks: Networks, images: int) -> Tensor:
    """The share (S,) of maxima, in percent, that stay when noise moves by one output."""
    state, shares = exact(networks.state), []
    for seed, (weight, bias) in enumerate(zip(state["0.weight"], state["0.bias"], strict=True)):
        source = generator(seed, Stream.NOISE)
        noise = torch.randint(2**20, (images, 1, SIDE, SIDE), generator=source).double()
        layer = conv2d if weight.ndim == 4 else locally_connected
        moved = shifted(noise, 0, 2)  # pixels: the layer's stride
        before, after = (max_pool2d(layer(x, weight, bias, 2), 2, 1) for x in (noise, moved))
        shares.append(100 * (before == after).double().mean())
    return torch.stack(shares)


def of(quantity: str, name: str) -> Quantity:
    return lambda m: m.get(quantity, network=name)


def guesses(id: str, name: str, sentence: str) -> Claim:
    return Claim(
        id=id,
        source="S3",
        sentence=sentence,
        of=of(ABOVE, name),
        predicted=within(5, of=100 / CLASSES),
        controls=(
            Control("it knows the digits below", of(BELOW, name), above(80)),
            Control("no weight of the upper half moved", of(UPPER, name), equal(0)),
            Control("shared weights recognise them above", of(ABOVE, SHARED), above(80)),
        ),
    )


CLAIMS = (
    guesses(
        "C317", LOCAL, "Without shared weights, what is learned below is not recognised above"
    ),
    guesses("C317r", LOCAL_FLAT, "Nor is it by a locally connected network that is flattened"),
    guesses("C317r2", MLP, "Nor is it by an MLP"),
    Claim(
        id="C322",
        source="S3",
        sentence="Max-pooling keeps small shifts invariant in locally connected layers",
        of=of(TRAINED, LOCAL),
        predicted=above(LAW - 1),
        expected=Outcome.REFUTED,
        controls=(
            Control(
                "untrained, a convolution follows the law",
                of(UNTRAINED, SHARED),
                within(1, of=LAW),
            ),
        ),
    ),
    Claim(
        id="C322r",
        source="S3",
        sentence="It keeps one third of its maxima if the filters are shared",
        of=of(TRAINED, SHARED),
        predicted=within(1, of=LAW),
        controls=(Control("and none if they differ", of(TRAINED, LOCAL), below(0.1)),),
    ),
)


def draw(measurements: Measurements) -> "dict[str, Figure]":
    from convlab.figures import lines

    names = [SHARED, LOCAL, LOCAL_FLAT, MLP]
    series = {}
    for half, aside in ((BELOW, -0.06), (ABOVE, 0.06)):  # points side by side
        found = [of(half, name)(measurements) for name in names]
        low, high = zip(*(each.interval for each in found), strict=True)
        places = [index + aside for index in range(len(names))]
        series[half] = (places, [each.center for each in found], low, high)
    title = "Without shared weights, what was learned below is unknown above"
    chance = {"guessing": 100 / CLASSES}
    figure = lines(series, title=title, x="", y="accuracy (%)", levels=chance)
    (axes,) = figure.axes
    axes.set_xticks(range(len(names)), names)
    for points in axes.containers:
        points[0].set_linestyle("none")  # nothing lies between two networks
    return {"halves": figure}
