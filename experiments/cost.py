"""What do sparsity and weight sharing each save?

One linear map is written as layers that store it differently: dense, dense under a mask, with one
kernel as large as the image, locally connected, and as a convolution. All give the same outputs
to the last bit, so only their costs differ. Sparsity, a kernel of K inputs in place of all M,
should divide both parameters and multiply-adds by M / K. Sharing should divide the parameters
alone: the same kernel is still multiplied at every position. A layer with one weight changed is
the control that the comparisons can fail.
"""

from collections.abc import Callable
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Annotated, Literal

import torch
from pydantic import BaseModel, Field
from torch import Tensor, nn

from convlab.layers import LocallyConnected1d, LocallyConnected2d
from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Outcome,
    Quantity,
    Sample,
    above,
    equal,
    exactly,
)
from convlab.memory import require
from convlab.probes.cost import cost, multiply_adds_run
from convlab.probes.response import AT_ONCE, diagonal_difference, matrix
from convlab.probes.twins import band, builders, copies
from convlab.settings import FROZEN
from convlab.streams import Stream, generator

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from convlab.workbench import Workbench

# The names that `twins` gives its layers, once more, since claims are read without torch.
DENSE, MASKED, SHARED = "dense", "masked dense", "shared dense"
LOCAL, CONVOLUTION = "local", "convolution"
LAYERS = (DENSE, MASKED, SHARED, LOCAL, CONVOLUTION)
BORN, CHANGED, BY_HAND = "dense, as born", "local, one weight + 1", "band, by hand"
OUTPUTS, UNTIED = "outputs differ by", "diagonals differ by"
NONZERO, SEEN = "nonzero weights", "inputs per output"
PARAMETERS, NOMINAL, EFFECTIVE = "parameters", "multiply-adds", "of real pixels"
WEIGHTS, KEPT, APART = "weights (bytes)", "kept (bytes)", "torch - formula"
SPARSITY, SHARING = "sparsity", "sharing"
UNSHARED, FULL, NEAR = "unshared weights", "dense weights", "sparse weights"
STEPS = {
    (SPARSITY, UNSHARED): (DENSE, LOCAL),
    (SPARSITY, "shared weights"): (SHARED, CONVOLUTION),
    (SHARING, FULL): (DENSE, SHARED),
    (SHARING, NEAR): (LOCAL, CONVOLUTION),
}
TERMS, POSITIONS, SHARED_ONE, OWN = "terms", "positions", "shared", "unshared"
GRADIENTS, SUM, ONE = "gradients differ by", "all positions", "one position"
POOLED, FLAT = "convolution, global pooling", "convolution, flattened"
REFUSED = "sizes refused"

Sides = Annotated[tuple[Annotated[int, Field(ge=4, le=4096)], ...], Field(min_length=2)]


class Config(BaseModel):
    """The map that is written in many ways, and the images of other sizes."""

    model_config = FROZEN

    side: int = Field(12, ge=7, le=32, description="of the square images, in pixels")
    in_channels: int = Field(3, ge=1, le=1024, description="of the images")
    out_channels: int = Field(8, ge=1, le=1024, description="of the layers")
    kernel: Literal[3, 5, 7] = Field(3, description="height and width, in taps")
    batch: int = Field(32, ge=1, description="images of which activations are kept")
    sizes: Sides = Field((8, 12, 16, 24, 32, 48), description="sides given to one network, pixels")

    @property
    def inputs(self) -> tuple[int, int, int]:
        return self.in_channels, self.side, self.side

    @property
    def outputs(self) -> tuple[int, int, int]:
        return self.out_channels, self.side, self.side


def measure(config: Config, workbench: "Workbench") -> Measurements:
    weights = prod(config.inputs) * prod(config.outputs)
    windows = AT_ONCE * prod(config.inputs) * (2 * config.side - 1) ** 2
    require(8 * (10 * weights + windows), f"ten dense matrices of {weights:,} weights")
    measurements = Measurements()
    for add in workbench.track("tables", (_maps, _gradients, _costs, _factors, _sizes)):
        add(measurements, config)
    return measurements


def scene(config: Config) -> tuple[nn.Conv2d, Tensor]:
    """A convolution and two images, all of whole numbers."""
    shape = config.in_channels, config.out_channels, config.kernel
    conv = nn.Conv2d(*shape, padding=config.kernel // 2, bias=False).double()
    conv.load_state_dict({"weight": whole(tuple(conv.weight.shape), Stream.WEIGHTS)})
    return conv, whole((2, *config.inputs), Stream.DATA)


def _maps(measurements: Measurements, config: Config) -> None:
    conv, x = scene(config)
    layers = copies(conv, config.side)
    born = twins(config)[DENSE]().double()
    changed = LocallyConnected2d.from_conv(conv, config.side)
    with torch.no_grad():
        changed.weight[0, 0, 0, 0, -1, -1] += 1
        for name, layer in (layers | {BORN: born, CHANGED: changed}).items():
            _add_map(measurements, config, name, matrix(layer, config.inputs), layer(x) - conv(x))
        weights = band(conv.weight, config.side)
        by_hand = (x.flatten(1) @ weights.T).reshape(-1, *config.outputs)
        _add_map(measurements, config, BY_HAND, weights, by_hand - conv(x))


def _add_map(
    measurements: Measurements, config: Config, name: str, weights: Tensor, apart: Tensor
) -> None:
    quantities = {
        OUTPUTS: largest(apart),
        NONZERO: exactly(int(weights.count_nonzero())),
        SEEN: exactly(int(weights.count_nonzero(dim=1).max())),
        UNTIED: largest(diagonal_difference(weights, config.outputs, config.inputs)),
    }
    measurements.add("one map in many layers, whole numbers", {"layer": name}, quantities)


def _gradients(measurements: Measurements, config: Config) -> None:
    pixels = config.side**2
    shared = nn.Conv1d(1, 1, 3, padding=1, bias=False)
    own = LocallyConnected1d.from_conv(shared, pixels)
    for name, layer in ((SHARED_ONE, shared), (OWN, own)):
        layer(torch.ones(1, 1, pixels)).sum().backward()
        counted = exactly(float(gradient(layer)[..., 1].max()))  # ones: each term counts as 1
        measurements.add(
            "terms in the gradient of a middle weight, 3 taps in a row",
            {"kernels": name},
            {TERMS: counted, POSITIONS: exactly(pixels)},
        )
    conv, x = scene(config)
    local = LocallyConnected2d.from_conv(conv, config.side)
    upstream = whole((len(x), *config.outputs), Stream.NOISE)
    for each in (conv, local):
        each(x).backward(upstream)
    parts = gradient(local)
    for name, part in ((SUM, parts.sum((2, 3))), (ONE, parts[:, :, 0, 0])):
        measurements.add(
            "gradients of whole numbers: the convolution's and the local layer's",
            {"local": name},
            {GRADIENTS: largest(gradient(conv) - part)},
        )


def _costs(measurements: Measurements, config: Config) -> None:
    whole_image = config.in_channels * (2 * config.side - 1) ** 2
    m, k = prod(config.inputs), config.in_channels * config.kernel**2
    taken = {DENSE: m, MASKED: m, SHARED: whole_image, LOCAL: k, CONVOLUTION: k}
    with torch.device("meta"):  # counted without being allocated
        x = torch.empty(config.batch, *config.inputs, requires_grad=True)  # as within a network
        layers = {name: build() for name, build in twins(config).items()}
        spent = {name: cost(nn.Sequential(layer, nn.ReLU()), x) for name, layer in layers.items()}
        seen = {name: multiply_adds_run(partial(layer, x)) for name, layer in layers.items()}
    for name, found in spent.items():
        quantities = {
            PARAMETERS: exactly(found.parameters),
            NOMINAL: exactly(found.multiply_adds),
            EFFECTIVE: exactly(found.effective_multiply_adds),
            APART: exactly(seen[name] / config.batch - prod(config.outputs) * taken[name]),
        }
        measurements.add("parameters, multiply-adds per image", {"layer": name}, quantities)
    title = f"bytes of a layer and a ReLU; kept for the backward pass, {config.batch} images"
    for name, found in spent.items():
        held = {WEIGHTS: exactly(found.weight_bytes), KEPT: exactly(found.saved_bytes)}
        measurements.add(title, {"layer": name}, held)


def _factors(measurements: Measurements, config: Config) -> None:
    for (what, among), (before, after) in STEPS.items():
        measurements.add(
            "how many times fewer",
            {"by": what, "among": among},
            {
                quantity: over(at(quantity, layer=before), at(quantity, layer=after))(measurements)
                for quantity in (PARAMETERS, NOMINAL, EFFECTIVE)
            },
        )


def _sizes(measurements: Measurements, config: Config) -> None:
    shape = config.in_channels, config.out_channels, config.kernel
    conv = nn.Sequential(nn.Conv2d(*shape, padding=config.kernel // 2), nn.ReLU())
    pooled = nn.Sequential(conv, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(shape[1], 10))
    flat = nn.Sequential(conv, nn.Flatten(), nn.Linear(prod(config.outputs), 10))
    for name, network in ((CONVOLUTION, conv), (POOLED, pooled), (FLAT, flat)):
        refused = [not accepts(network, config.in_channels, side) for side in config.sizes]
        measurements.add(
            f"one network, images of {len(config.sizes)} sizes",
            {"network": name},
            {"accepted": exactly(len(refused) - sum(refused)), REFUSED: exactly(sum(refused))},
        )


def accepts(network: nn.Module, channels: int, side: int) -> bool:
    try:
        network(torch.zeros(1, channels, side, side))
    except RuntimeError:  # torch's word for shapes that do not fit
        return False
    return True


def twins(config: Config) -> dict[str, Callable[[], nn.Module]]:
    return builders(config.side, config.in_channels, config.out_channels, config.kernel)


def whole(shape: tuple[int, ...], stream: Stream) -> Tensor:
    """Whole numbers from 1 to 9 in float64, where their sums are exact in any order."""
    return torch.randint(1, 10, shape, generator=generator(0, stream)).double()


def gradient(layer: nn.Module) -> Tensor:
    (weight,) = layer.parameters()
    assert weight.grad is not None
    return weight.grad


def largest(difference: Tensor) -> Sample:
    return exactly(float(difference.abs().max()))


def at(quantity: str, **factors: str) -> Quantity:
    return lambda m: m.get(quantity, **factors)


def over(one: Quantity, *others: Quantity) -> Quantity:
    """One quantity over the product of others."""
    return lambda m: exactly(one(m).center / prod(other(m).center for other in others))


def most(quantity: str) -> Quantity:
    """The largest in size among the five layers."""
    return lambda m: exactly(max(abs(m.get(quantity, layer=name).center) for name in LAYERS))


M_OVER_K = over(at(SEEN, layer=BORN), at(SEEN, layer=CONVOLUTION))  # counted by impulses
SAME = Control("the outputs are the same", most(OUTPUTS), equal(0))
REFUSES = Control("one that flattens refuses some", at(REFUSED, network=FLAT), above(1))

CLAIMS = (
    Claim(
        id="C002",
        source="S0",
        sentence="Only the inputs under the kernel take part in an output of a convolution",
        of=over(at(NONZERO, layer=CONVOLUTION), at(EFFECTIVE, layer=CONVOLUTION)),
        predicted=equal(1),
        controls=(
            Control(
                "in a dense layer all take part",
                over(at(NONZERO, layer=BORN), at(PARAMETERS, layer=DENSE)),
                equal(1),
            ),
        ),
    ),
    Claim(
        id="C003",
        source="S0",
        sentence="A CNN takes images of any size",
        of=at(REFUSED, network=FLAT),
        predicted=equal(0),
        expected=Outcome.REFUTED,
    ),
    Claim(
        id="C003r",
        source="S0",
        sentence="Convolutions take any size, and so does a CNN that ends with global pooling",
        of=at(REFUSED, network=POOLED),
        predicted=equal(0),
        controls=(
            Control("convolutions do", at(REFUSED, network=CONVOLUTION), equal(0)),
            REFUSES,
        ),
    ),
    Claim(
        id="C007",
        source="S0",
        sentence="N outputs cost N M multiply-adds if they see M inputs, N K if K under a kernel",
        of=most(APART),
        predicted=equal(0),
    ),
    Claim(
        id="C008",
        source="S0",
        sentence="Sparsity divides the multiply-adds by M / K",
        of=over(at(NOMINAL, by=SPARSITY, among=UNSHARED), M_OVER_K),
        predicted=equal(1),
        controls=(SAME,),
    ),
    Claim(
        id="C010",
        source="S0",
        sentence="The same weights stand at every position, along the diagonals of the matrix",
        of=at(UNTIED, layer=CONVOLUTION),
        predicted=equal(0),
        controls=(Control("a changed weight is noticed", at(UNTIED, layer=CHANGED), above(1)),),
    ),
    Claim(
        id="C011",
        source="S0",
        sentence="Sharing divides the memory of the weights by the number of positions",
        of=over(
            at(WEIGHTS, layer=LOCAL),
            at(WEIGHTS, layer=CONVOLUTION),
            at(POSITIONS, kernels=SHARED_ONE),
        ),
        predicted=equal(1),
    ),
    Claim(
        id="C012",
        source="S0",
        sentence="Sparse weights that all positions share are a convolution",
        of=at(OUTPUTS, layer=BY_HAND),
        predicted=equal(0),
        controls=(Control("a changed weight is noticed", at(OUTPUTS, layer=CHANGED), above(1)),),
    ),
    Claim(
        id="C305",
        source="S3",
        sentence="Sharing weights reduces computation",
        of=at(NOMINAL, by=SHARING, among=NEAR),
        predicted=above(1.01),
        expected=Outcome.REFUTED,
    ),
    Claim(
        id="C305r",
        source="S3",
        sentence="It saves no multiply-add: a local layer makes exactly those of the convolution",
        of=at(EFFECTIVE, by=SHARING, among=NEAR),
        predicted=equal(1),
        controls=(SAME,),
    ),
    Claim(
        id="C305b",
        source="S3",
        sentence="Nor does it without sparsity, with one kernel as large as the image",
        of=at(EFFECTIVE, by=SHARING, among=FULL),
        predicted=equal(1),
        controls=(SAME,),
    ),
    Claim(
        id="C308",
        source="S3",
        sentence="The gradient of a shared middle weight has one term from every position",
        of=over(at(TERMS, kernels=SHARED_ONE), at(POSITIONS, kernels=SHARED_ONE)),
        predicted=equal(1),
        controls=(Control("unshared, it has one", at(TERMS, kernels=OWN), equal(1)),),
    ),
    Claim(
        id="C308b",
        source="S3",
        sentence="It is the sum of the gradients of the unshared ones",
        of=at(GRADIENTS, local=SUM),
        predicted=equal(0),
        controls=(Control("and no single one of them", at(GRADIENTS, local=ONE), above(1)),),
    ),
)


def draw(measurements: Measurements) -> "dict[str, Figure]":
    from convlab.figures import bars

    stored, multiplied = (
        {name: measurements.get(quantity, layer=name).center for name in LAYERS}
        for quantity in (PARAMETERS, EFFECTIVE)
    )
    return {
        "parameters": bars(
            stored,
            title="Sparsity and sharing both save parameters",
            x="parameters",
        ),
        "multiply_adds": bars(
            multiplied,
            title="Sparsity saves multiply-adds, sharing none",
            x="multiply-adds per image that meet a real pixel",
        ),
    }
