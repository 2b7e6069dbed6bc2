"""What becomes of the channels in a convolutional layer?

Layers of 1 to 4 channels in and out stand beside sums that are made channel by channel, with
scipy's correlation. Predicted: each kernel has a square for each input channel, correlates each
channel with its square and adds, and makes one map; several kernels make as many. The first layer
takes the one channel of grey digits or the three of a photograph, and any number out. Controls: a
product instead of the sum, a single channel, the kernels in reverse order, and layers that are
made for another number of channels, which must refuse.
"""

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import nn

from convlab.figures import images
from convlab.measure import Answer, Claim, Control, Measurements, above, at, equal, exactly
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._channel_counts import broken, by_channel, coloured, first_layers, layers

LAYERS, NOT_SO = "layers", "layers of which it is not so (%)"
REFUSED = "layers that refuse (%)"
GREY, COLOUR = "grey digits", "a photograph in colour"
ADDED, BIASED, MULTIPLIED = "added", "added, and a bias", "multiplied"
ALONE, ONE_MAP, MAPS = "last channel alone", "one map for a kernel", "a map for each kernel"
REVERSED, SQUARES = "kernels in reverse", "a square for each channel"
MAP_EACH = "a map for each channel"


class Config(BaseModel):
    """How many channels the layers have."""

    model_config = FROZEN

    channels: int = Field(4, ge=2, le=6, description="at most, in and out")
    outputs: int = Field(64, ge=2, le=256, description="of the first layer, at most")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    grid = layers(config.channels, workbench.generator(Stream.DATA))
    found = [broken(layer, x) for layer, x in grid]
    for what in found[0]:
        share = 100 * sum(each[what] for each in found) / len(found)
        title = "Layers of several channels: their maps beside sums by scipy's correlation"
        counts = {LAYERS: exactly(len(found)), NOT_SO: exactly(share)}
        measurements.add(title, {"what": what}, counts)
    widths = range(1, config.outputs + 1)
    for (image, inputs), refused in first_layers(widths).items():
        title = "A first layer, made for so many channels and 1, 2, 3, … out"
        shares = {LAYERS: exactly(len(widths)), REFUSED: exactly(100 * refused / len(widths))}
        measurements.add(title, {"image": image, "made for": inputs}, shares)
    add_figure(measurements)
    return measurements


def add_figure(measurements: Measurements) -> None:
    """A photograph's channels, each correlated with a square that finds edges, and their sum."""
    layer, x = nn.Conv2d(3, 1, 3, bias=False).double(), coloured()
    edges = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]).double()
    layer.weight.data = torch.stack([edges, edges.T, edges + edges.T])[None]
    for name, map_ in zip(("red", "green", "blue"), by_channel(layer, x)[0], strict=True):
        measurements.arrays[f"{name} with its square"] = map_.numpy()
    measurements.arrays["the layer's one map"] = layer(x)[0, 0].detach().numpy()


PRODUCT = Control(
    sentence="a product of the channels is wrong of most layers",
    of=at(NOT_SO, what=MULTIPLIED),
    predicted=above(50),
)
ONE_CHANNEL = Control(
    sentence="a single channel is not enough in most layers",
    of=at(NOT_SO, what=ALONE),
    predicted=above(50),
)
ORDER = Control(
    sentence="the maps of the kernels in reverse order are wrong of most layers",
    of=at(NOT_SO, what=REVERSED),
    predicted=above(50),
)
MAP_FOR_EACH = Control(
    sentence="a map for each channel is not what most layers make",
    of=at(NOT_SO, what=MAP_EACH),
    predicted=above(50),
)

CLAIMS = (
    Claim(
        id="C206",
        source="S2",
        sentence="The first convolutional layer has 1 input channel for greyscale images and any "
        "number of output channels is possible, as it is with 3 for RGB",
        of=at(REFUSED, image=GREY, **{"made for": 1}),
        predicted=equal(0),
        controls=(
            Control(
                sentence="layers of 3 input channels take a photograph in colour",
                of=at(REFUSED, image=COLOUR, **{"made for": 3}),
                predicted=equal(0),
            ),
            Control(
                sentence="layers of 3 input channels refuse grey digits",
                of=at(REFUSED, image=GREY, **{"made for": 3}),
                predicted=equal(100),
            ),
            Control(
                sentence="layers of 1 input channel refuse a photograph in colour",
                of=at(REFUSED, image=COLOUR, **{"made for": 1}),
                predicted=equal(100),
            ),
        ),
        general=True,
    ),
    Claim(
        id="C209",
        source="S2",
        sentence="With 2 input channels and 1 output channel the kernel is two squares, and with "
        "n output channels there are n such kernels: a square for each channel",
        of=at(NOT_SO, what=SQUARES),
        predicted=equal(0),
        controls=(ORDER,),
        general=True,
    ),
    Claim(
        id="C210",
        source="S2",
        sentence="Each channel is cross-correlated with its part of the kernel, and the results "
        "are added over the channels",
        of=at(NOT_SO, what=ADDED),
        predicted=equal(0),
        controls=(PRODUCT, ONE_CHANNEL),
        general=True,
    ),
    Claim(
        id="C210o1",
        source="ours",
        sentence="A layer adds a number for each output channel, its bias, to these sums",
        of=at(NOT_SO, what=BIASED),
        predicted=equal(0),
        controls=(PRODUCT, ONE_CHANNEL),
        general=True,
    ),
    Claim(
        id="C409",
        source="S4",
        sentence="With several channels there must be a kernel for each, and their results are "
        "added to one output: (K_H, K_W, C) * (H, W, C) → (O_H, O_W, 1)",
        of=at(NOT_SO, what=ONE_MAP),
        predicted=equal(0),
        controls=(MAP_FOR_EACH, ONE_CHANNEL),
        general=True,
    ),
    Claim(
        id="C411",
        source="S4",
        sentence="With several kernels there are as many outputs as kernels",
        of=at(NOT_SO, what=MAPS),
        predicted=equal(0),
        controls=(ORDER,),
        general=True,
    ),
)

ANSWER = Answer(
    "They are added up. In all {layers} layers a kernel has a square for each input channel, "
    "correlates each channel with its square and makes one map of the sum; n kernels make n maps. "
    "A product of the channels would be wrong of {product:.0f} % of them.",
    layers=at(LAYERS, what=ADDED),
    product=at(NOT_SO, what=MULTIPLIED),
)


def draw(record: Record) -> dict[str, Figure]:
    panels = record.measurements.arrays
    return {"channels": images(panels, title=record.finding("C210"), shared=True)}
