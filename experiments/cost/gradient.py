"""What is the gradient of a weight that all positions share?

A term from every position: the sum of the gradients that the weights of a locally connected layer
have, which multiplies the same but shares nothing. Where the input and what comes back are ones,
each term counts as one. A single position's gradient is the control: it is not the convolution's.
"""

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Tensor, nn

from convlab.figures import images
from convlab.layers import LocallyConnected1d, LocallyConnected2d
from convlab.measure import Claim, Control, Measurements, above, at, equal, exactly, over
from convlab.probes.exact import largest, same_size, whole
from convlab.settings import FROZEN
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._names import Channels, Side, Taps

TERMS, POSITIONS, SHARED, OWN = "terms", "positions", "shared", "unshared"
GRADIENTS, SUM, ONE = "gradients differ by", "all positions", "one position"
EACH = "of each position"


class Config(BaseModel):
    """The convolution, and the size of its images."""

    model_config = FROZEN

    side: Side = 12
    in_channels: Channels = Field(3, description="of the images")
    out_channels: Channels = Field(8, description="of the layers")
    kernel: Taps = 3


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    _count_terms(measurements, config.side**2)
    _compare(measurements, config)
    return measurements


def _count_terms(measurements: Measurements, pixels: int) -> None:
    shared = nn.Conv1d(1, 1, 3, padding=1, bias=False)
    own = LocallyConnected1d.from_conv(shared, pixels)
    for name, layer in ((SHARED, shared), (OWN, own)):
        layer(torch.ones(1, 1, pixels)).sum().backward()
        counted = exactly(float(gradient(layer)[..., 1].max()))  # ones: each term counts as 1
        measurements.add(
            "terms in the gradient of a middle weight, 3 taps in a row",
            {"kernels": name},
            {TERMS: counted, POSITIONS: exactly(pixels)},
        )


def _compare(measurements: Measurements, config: Config) -> None:
    conv = same_size(config.in_channels, config.out_channels, config.kernel)
    local = LocallyConnected2d.from_conv(conv, config.side)
    x = whole((2, config.in_channels, config.side, config.side), Stream.DATA)
    upstream = whole((len(x), config.out_channels, config.side, config.side), Stream.NOISE)
    for layer in (conv, local):
        layer(x).backward(upstream)
    parts = gradient(local)
    for name, part in ((SUM, parts.sum((2, 3))), (ONE, parts[:, :, 0, 0])):
        measurements.add(
            "gradients of whole numbers: the convolution's and the local layer's",
            {"local": name},
            {GRADIENTS: largest(gradient(conv) - part)},
        )
    measurements.arrays[EACH] = parts[0, 0].flatten(2).numpy()


def gradient(layer: nn.Module) -> Tensor:
    (weight,) = layer.parameters()
    assert weight.grad is not None
    return weight.grad


CLAIMS = (
    Claim(
        "C308",
        "S3",
        "The gradient of a shared middle weight has one term from every position",
        over(at(TERMS, kernels=SHARED), at(POSITIONS, kernels=SHARED)),
        equal(1),
        controls=(Control("unshared, it has one", at(TERMS, kernels=OWN), equal(1)),),
    ),
    Claim(
        "C308b",
        "S3",
        "It is the sum of the gradients of the unshared ones",
        at(GRADIENTS, local=SUM),
        equal(0),
        controls=(Control("and no single one of them", at(GRADIENTS, local=ONE), above(1)),),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    each = measurements.arrays[EACH]
    weights = {"corner": each[..., 0], "middle": each[..., each.shape[-1] // 2]}
    return {
        "gradients": images(
            {
                f"{name} weight: {terms.sum():,.0f} in all": terms
                for name, terms in weights.items()
            },
            title="What each position adds to the gradient of a shared weight",
            shared=True,
        )
    }
