"""What do sparsity and weight sharing each save?

One linear map is written as layers that store it differently: dense, dense under a mask, with one
kernel as large as the image, locally connected, and as a convolution. All give the same outputs
to the last bit, so only their costs differ. Sparsity, a kernel of K inputs in place of all M,
should divide both parameters and multiply-adds by M / K. Sharing should divide the parameters
alone: the same kernel is still multiplied at every position. A dense layer with other weights is
the control that the outputs can differ.
"""

from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.figures import bars
from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Outcome,
    above,
    at,
    equal,
    exactly,
    most,
    over,
)
from convlab.probes.exact import filled, largest, same_size, whole
from convlab.probes.matrix import matrix
from convlab.settings import FROZEN
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._names import (
    APART,
    EFFECTIVE,
    KEPT,
    LAYERS,
    NOMINAL,
    PARAMETERS,
    WEIGHTS,
    Channels,
    Side,
    Taps,
    tabulate,
)
from ._twins import builders, copies, counted

DENSE, _, SHARED, LOCAL, CONVOLUTION = LAYERS
OTHER = "dense, other weights"
OUTPUTS, SEEN, POSITIONS = "outputs differ by", "inputs per output", "positions"
SPARSITY, SHARING = "sparsity", "sharing"
UNSHARED, FULL, NEAR = "unshared weights", "dense weights", "sparse weights"
STEPS = {
    (SPARSITY, UNSHARED): (DENSE, LOCAL),
    (SPARSITY, "shared weights"): (SHARED, CONVOLUTION),
    (SHARING, FULL): (DENSE, SHARED),
    (SHARING, NEAR): (LOCAL, CONVOLUTION),
}


class Config(BaseModel):
    """The map that is written in many ways."""

    model_config = FROZEN

    side: Side = 12
    in_channels: Channels = Field(3, description="of the images")
    out_channels: Channels = Field(8, description="of the layers")
    kernel: Taps = 3
    batch: int = Field(32, ge=1, description="images of which activations are kept")

    @property
    def map(self) -> tuple[int, int, int, int]:
        return self.side, self.in_channels, self.out_channels, self.kernel


def measure(config: Config, workbench: Workbench) -> Measurements:
    spent, measurements = counted(*config.map, config.batch), Measurements()
    for (what, among), (before, after) in STEPS.items():
        fewer = {
            quantity: exactly(spent[before][quantity].center / spent[after][quantity].center)
            for quantity in (PARAMETERS, NOMINAL, EFFECTIVE)
        }
        measurements.add("how many times fewer", {"by": what, "among": among}, fewer)
    kept = f"bytes of a layer and a ReLU; kept for the backward pass, {config.batch} images"
    numbers = PARAMETERS, NOMINAL, EFFECTIVE, APART
    tables = {"parameters, multiply-adds per image": numbers, kept: (WEIGHTS, KEPT)}
    tabulate(measurements, "layer", spent, tables)
    _compare(measurements, config)
    return measurements


def _compare(measurements: Measurements, config: Config) -> None:
    """The outputs of all layers, and what an output sees: its row of the matrix."""
    conv = same_size(*config.map[1:])
    x = whole((2, config.in_channels, config.side, config.side), Stream.DATA)
    layers = copies(conv, config.side)
    layers[OTHER] = filled(builders(*config.map)[DENSE]())
    for name, layer in layers.items():
        weights = matrix(layer, tuple(x.shape[1:]))
        quantities = {
            OUTPUTS: largest(layer(x) - conv(x)),
            SEEN: exactly(int(weights.count_nonzero(dim=1).max())),
            POSITIONS: exactly(len(weights) // config.out_channels),
        }
        measurements.add("one map in many layers, whole numbers", {"layer": name}, quantities)


M_OVER_K = over(at(SEEN, layer=OTHER), at(SEEN, layer=CONVOLUTION))  # counted by impulses
SAME = Control("the outputs are the same", most(OUTPUTS, "layer", LAYERS), equal(0))

CLAIMS = (
    Claim(
        "C007",
        "S0",
        "N outputs cost N M multiply-adds if they see M inputs, N K if K under a kernel",
        most(APART, "layer", LAYERS),
        equal(0),
    ),
    Claim(
        "C008",
        "S0",
        "Sparsity divides the multiply-adds by M / K",
        over(at(NOMINAL, by=SPARSITY, among=UNSHARED), M_OVER_K),
        equal(1),
        controls=(SAME,),
    ),
    Claim(
        "C011",
        "S0",
        "Sharing divides the memory of the weights by the number of positions",
        over(
            at(WEIGHTS, layer=LOCAL),
            at(WEIGHTS, layer=CONVOLUTION),
            at(POSITIONS, layer=CONVOLUTION),
        ),
        equal(1),
    ),
    Claim(
        "C305",
        "S3",
        "Sharing weights reduces computation",
        at(NOMINAL, by=SHARING, among=NEAR),
        above(1.01),
        expected=Outcome.REFUTED,
    ),
    Claim(
        "C305r",
        "S3",
        "It saves no multiply-add: a local layer makes exactly those of the convolution",
        at(EFFECTIVE, by=SHARING, among=NEAR),
        equal(1),
        controls=(SAME,),
    ),
    Claim(
        "C305b",
        "S3",
        "Nor does it without sparsity, with one kernel as large as the image",
        at(EFFECTIVE, by=SHARING, among=FULL),
        equal(1),
        controls=(SAME,),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    def of_layers(quantity: str) -> dict[str, float]:
        return {name: measurements.get(quantity, layer=name).center for name in LAYERS}

    return {
        "parameters": bars(
            of_layers(PARAMETERS),
            title="Sparsity and sharing both save parameters",
            x="parameters",
        ),
        "multiply_adds": bars(
            of_layers(EFFECTIVE),
            title="Sparsity saves multiply-adds, sharing none",
            x="multiply-adds per image that meet a real pixel",
        ),
    }
