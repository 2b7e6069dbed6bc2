"""Does max-pooling keep small shifts invariant where the weights are not shared?

The post says that max-pooling gives locally connected layers back a small invariance. Of 2 x 2
maxima of noise a convolution keeps one third under a shift; filters that differ must keep none.
The networks have learned digits in the lower half of a canvas; untrained, they are the control.
"""

from functools import partial

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Tensor
from torch.nn.functional import conv2d, cross_entropy, max_pool2d

from convlab.data import shifted
from convlab.figures import side_by_side
from convlab.layers import locally_connected
from convlab.measure import Claim, Control, Measurements, Outcome, above, at, below, within
from convlab.models import strongest
from convlab.probes.exact import exact
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Stream, generator
from convlab.train import Networks, sample
from convlab.workbench import Workbench

from ._lifting import SIDE, Sized, lifting, local, shared

SHARED, LOCAL = "convolution, maximum", "local, maximum"
UNTRAINED, TRAINED = "untrained (%)", "trained (%)"
LAW = 100 / 3  # percent of 2 x 2 maxima: (k - 1) / (k + 1)


class Config(BaseModel):
    """How many networks of which size learn for how long, and see how much noise."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    channels: int = Field(8, ge=1, description="of the first layer; the second has twice as many")
    placements: int = Field(8, ge=1, description="of each digit in the images trained on")
    noises: int = Field(64, ge=1, description="images of noise whose maxima are compared")
    training: Training = Training(steps=500, batch=64, lr=0.005, schedule="cosine")


NETWORKS: dict[str, Sized] = {SHARED: shared, LOCAL: partial(local, strongest)}


def measure(config: Config, workbench: Workbench) -> Measurements:
    digits, measurements = lifting(config.seeds), Measurements()
    for name, build in NETWORKS.items():
        networks = workbench.fit(
            name,
            partial(build, config.channels),
            digits.draw(rows=1, placements=config.placements),
            cross_entropy,
            seeds=config.seeds,
            training=config.training,
            keep=[0],
        )
        when = {UNTRAINED: networks.at(0), TRAINED: networks}
        measurements.add(
            "2 x 2 maxima of the first layer on noise that a shift by one output leaves unchanged",
            {"network": name},
            {t: sample(unchanged(each, config.noises), "mean") for t, each in when.items()},
        )
    return measurements


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


KEEPS = "Max-pooling keeps small shifts invariant in locally connected layers"
IF_SHARED = "It keeps one third of its maxima if the filters are shared"

UNTRAINED_LAW = Control(
    "untrained, a convolution follows the law", at(UNTRAINED, network=SHARED), within(1, of=LAW)
)
NONE_KEPT = Control("and none if they differ", at(TRAINED, network=LOCAL), below(0.1))
REFUTED, HOLDS = Outcome.REFUTED, Outcome.HOLDS

CLAIMS = (
    Claim(
        "C322", "S3", KEEPS, at(TRAINED, network=LOCAL), above(LAW - 1), REFUTED, (UNTRAINED_LAW,)
    ),
    Claim(
        "C322r",
        "S3",
        IF_SHARED,
        at(TRAINED, network=SHARED),
        within(1, of=LAW),
        HOLDS,
        (NONE_KEPT,),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    kept = side_by_side(
        measurements,
        (UNTRAINED, TRAINED),
        by="network",
        title="Max-pooling keeps a third of its maxima under a shift, if the filters are shared",
        y="unchanged 2 x 2 maxima (%)",
        levels={"law of noise, 1 / 3": LAW},
    )
    return {"kept": kept}
