"""What is the gradient of a weight that all positions share?

A term from every position: it is the sum of the gradients that the weights of a locally connected
layer have, a layer that multiplies the same numbers but shares no weight. Where the input and the
gradient of the output are ones, each term counts as one. The gradient of a single position is the
control: it is not that of the convolution.

The predictions are identities, for all settings.
"""

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Tensor, nn

from convlab.figures import images
from convlab.layers import LocallyConnected1d, LocallyConnected2d
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    above,
    at,
    equal,
    exactly,
    number,
    over,
)
from convlab.probes.exact import largest, same_size, whole
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._names import Channels, KernelWidth, Side

SHARED, UNSHARED = "shared", "unshared"
TERMS, POSITIONS = "terms", "positions"
SUM, ONE = "local, sum over positions", "local, one position"
GRADIENTS = "gradient difference"
BY_POSITION = "gradients by position"


class Config(BaseModel):
    """The convolution, and the size of its images."""

    model_config = FROZEN

    side: Side = 12
    in_channels: Channels = Field(3, description="of the images")
    out_channels: Channels = Field(8, description="of the layers")
    kernel: KernelWidth = 3


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    _add_terms(measurements, config.side**2)
    _add_gradients(measurements, config, workbench)
    return measurements


def _add_terms(measurements: Measurements, pixels: int) -> None:
    """Add the number of terms in the gradient of the middle weight: of ones, each counts as 1."""
    shared = nn.Conv1d(1, 1, 3, padding=1, bias=False)
    unshared = LocallyConnected1d.from_conv(shared, pixels)
    for arm, layer in ((SHARED, shared), (UNSHARED, unshared)):
        layer(torch.ones(1, 1, pixels)).sum().backward()
        terms = float(gradient(layer)[..., 1].max())
        measurements.add(
            "terms in the gradient of a middle weight, 3 taps in a row",
            {"arm": arm},
            {TERMS: exactly(terms), POSITIONS: exactly(pixels)},
        )


def _add_gradients(measurements: Measurements, config: Config, workbench: Workbench) -> None:
    """Add how far the local layer's gradients are from the convolution's."""
    channels, weights = (config.in_channels, config.out_channels), Stream.WEIGHTS
    conv = same_size(*channels, config.kernel, workbench.generator(weights))
    local = LocallyConnected2d.from_conv(conv, config.side)
    _back_propagate((conv, local), config, workbench)
    parts = gradient(local)  # (O, C, H, W, k, k): of the kernel at each position
    for arm, part in ((SUM, parts.sum((2, 3))), (ONE, parts[:, :, 0, 0])):
        measurements.add(
            "beside the convolution's gradient, whole numbers",
            {"arm": arm},
            {GRADIENTS: largest(gradient(conv) - part)},
        )
    measurements.arrays[BY_POSITION] = parts[0, 0].flatten(2).numpy()


def _back_propagate(layers: tuple[nn.Module, ...], config: Config, workbench: Workbench) -> None:
    pixels = config.side, config.side
    x = whole((2, config.in_channels, *pixels), workbench.generator(Stream.DATA))
    outputs = 2, config.out_channels, *pixels
    upstream = whole(outputs, workbench.generator(Stream.NOISE))
    for layer in layers:
        layer(x).backward(upstream)


def gradient(layer: nn.Module) -> Tensor:
    (weight,) = layer.parameters()
    assert weight.grad is not None
    return weight.grad


CLAIMS = (
    Claim(
        id="C308",
        source="S3",
        sentence="The gradient of a shared middle weight has one term from every position",
        of=over(at(TERMS, arm=SHARED), at(POSITIONS, arm=SHARED)),
        predicted=equal(1),
        controls=(
            Control(
                sentence="the gradient of an unshared middle weight has one term",
                of=at(TERMS, arm=UNSHARED),
                predicted=equal(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C308o1",
        source="ours",
        sentence="The gradient of a shared weight is the sum of the gradients "
        "of the unshared weights in its place",
        of=at(GRADIENTS, arm=SUM),
        predicted=equal(0),
        controls=(
            Control(
                sentence="the gradients of one position are not those of the convolution",
                of=at(GRADIENTS, arm=ONE),
                predicted=above(1),
            ),
        ),
        general=True,
        identity=True,
    ),
)


ANSWER = Answer(
    "It is a sum with one term from each of the {positions} positions, where a weight that is not "
    "shared has {alone} term. The gradients of a locally connected layer, added up over the "
    "positions, are the convolution's to the last bit: one image teaches a shared weight as much "
    "as it teaches all the unshared ones in its place together.",
    positions=at(POSITIONS, arm=SHARED),
    alone=at(TERMS, arm=UNSHARED),
)


def draw(record: Record) -> dict[str, Figure]:
    gradients = record.measurements.arrays[BY_POSITION]
    weights = {"corner": gradients[..., 0], "middle": gradients[..., gradients.shape[-1] // 2]}
    return {
        "gradients": images(
            {
                f"{name} weight: {number(round(float(each.sum())))} in all": each
                for name, each in weights.items()
            },
            title="What each position adds to the gradient of a shared weight",
            shared=True,
        )
    }
