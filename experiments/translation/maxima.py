"""Does max-pooling keep small shifts invariant where the weights are not shared?

The post says that max-pooling gives locally connected layers back a small invariance. Of 2 x 2
maxima of noise a convolution keeps one third under a shift. Filters that differ must keep none.
The networks have learned digits in the lower half of a canvas; before training, they are the
control.
"""

from functools import partial

import torch
from matplotlib.figure import Figure
from pydantic import Field
from torch import Tensor
from torch.nn.functional import conv2d, max_pool2d

from convlab.data import shift_images
from convlab.figures import side_by_side
from convlab.layers import locally_connected
from convlab.measure import Claim, Control, Measurements, Outcome, above, at, below, within
from convlab.models import maximum_head
from convlab.probes.exact import exact
from convlab.streams import Stream, generator
from convlab.train import Networks, sample
from convlab.workbench import Workbench

from ._canvas import SIDE, Learning
from ._canvas_networks import Builder, local_layers, pooled_convolutions
from ._lifted_digits import learn, split_digits

SHARED, LOCAL = "convolution, maximum", "local, maximum"
UNTRAINED, TRAINED = "unchanged before training (%)", "unchanged after training (%)"
LAW = 100 / 3  # percent of 2 x 2 maxima: (k - 1) / (k + 1)


class Config(Learning):
    """How many networks of which size learn for how long, and see how much noise."""

    noises: int = Field(64, ge=1, description="images of noise whose maxima are compared")


ARMS: dict[str, Builder] = {
    SHARED: pooled_convolutions,
    LOCAL: partial(local_layers, maximum_head),
}


def measure(config: Config, workbench: Workbench) -> Measurements:
    digits, measurements = split_digits(config.seeds), Measurements()
    for arm, build in ARMS.items():
        networks = learn(digits, workbench, arm, build, config, keep=[0])
        before, after = (
            sample(share_of_unchanged_maxima(each, config.noises), "mean")
            for each in (networks.at(0), networks)
        )
        measurements.add(
            "The first layer's 2 x 2 maxima of noise that a shift by one output leaves unchanged",
            {"arm": arm},
            {UNTRAINED: before, TRAINED: after},
        )
    return measurements


def share_of_unchanged_maxima(networks: Networks, images: int) -> Tensor:
    """The share (S,) of maxima, in percent, that stay when noise shifts by one output."""
    state, shares = exact(networks.state), []
    for seed, (weight, bias) in enumerate(zip(state["0.weight"], state["0.bias"], strict=True)):
        source = generator(seed, Stream.NOISE)
        noise = torch.randint(2**20, (images, 1, SIDE, SIDE), generator=source).double()
        layer = conv2d if weight.ndim == 4 else locally_connected
        pair = noise, shift_images(noise, 0, 2)  # pixels: the layer's stride
        before, after = (max_pool2d(layer(x, weight, bias, 2), 2, 1) for x in pair)
        shares.append(100 * (before == after).double().mean())
    return torch.stack(shares)


CLAIMS = (
    Claim(
        id="C322",
        source="S3",
        sentence="Max-pooling keeps locally connected layers invariant to small shifts",
        of=at(TRAINED, arm=LOCAL),
        predicted=above(LAW - 1),
        expected=Outcome.REFUTED,
        controls=(
            Control(
                sentence="before training, a convolution keeps one third of its maxima",
                of=at(UNTRAINED, arm=SHARED),
                predicted=within(1, of=LAW),
            ),
        ),
    ),
    Claim(
        id="C322r",
        source="S3",
        sentence="Under a small shift, max-pooling keeps one third of the maxima if the filters "
        "are shared",
        of=at(TRAINED, arm=SHARED),
        predicted=within(1, of=LAW),
        controls=(
            Control(
                sentence="max-pooling keeps no maxima if the filters differ",
                of=at(TRAINED, arm=LOCAL),
                predicted=below(0.1),
            ),
        ),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    maxima = side_by_side(
        measurements,
        (UNTRAINED, TRAINED),
        by="arm",
        title="Under a shift, a third of the maxima stay the same if the filters are shared",
        y="unchanged 2 x 2 maxima (%)",
        levels={"law of noise, 1 / 3": LAW},
    )
    return {"maxima": maxima}
