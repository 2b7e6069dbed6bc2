"""What do sparsity and weight sharing each save?

One linear function is written as layers that store it differently: dense, dense under a mask,
with one kernel as large as the image, locally connected, and as a convolution. All give the same
outputs to the last bit, and only their costs differ. Sparsity, a kernel of K inputs in place of
all M, should divide both parameters and multiply-adds by M / K. Sharing should divide the
parameters alone: the same kernel is still multiplied at every position. A dense layer with other
weights is the control: it shows that the outputs can differ.
"""

from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.figures import bars
from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Outcome,
    Quantity,
    Sample,
    above,
    at,
    equal,
    exactly,
    most,
    over,
)
from convlab.probes.exact import largest, same_size, whole, with_whole_weights
from convlab.probes.matrix import matrix
from convlab.settings import FROZEN
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._five_layers import builders, copies
from ._layer_costs import layer_costs
from ._names import (
    APART,
    BACKWARD,
    CONVOLUTION,
    DENSE,
    EFFECTIVE,
    LAYERS,
    LOCAL,
    MULTIPLY_ADDS,
    OUTPUTS,
    PARAMETERS,
    SHARED,
    WEIGHTS,
    Channels,
    KernelWidth,
    Side,
    tabulate,
)

OTHER = "dense, other weights"
INPUTS, POSITIONS = "inputs per output", "positions"
SPARSITY, SHARING = "sparsity", "sharing"
UNSHARED, FULL, NEAR = "unshared weights", "dense weights", "sparse weights"
STEPS = {
    (SPARSITY, UNSHARED): (DENSE, LOCAL),
    (SPARSITY, "shared weights"): (SHARED, CONVOLUTION),
    (SHARING, FULL): (DENSE, SHARED),
    (SHARING, NEAR): (LOCAL, CONVOLUTION),
}


class Config(BaseModel):
    """The linear function that is written in many ways."""

    model_config = FROZEN

    side: Side = 12
    in_channels: Channels = Field(3, description="of the images")
    out_channels: Channels = Field(8, description="of the layers")
    kernel: KernelWidth = 3
    batch: int = Field(32, ge=1, description="images of which activations are kept")

    @property
    def shape(self) -> tuple[int, int, int, int]:
        return self.side, self.in_channels, self.out_channels, self.kernel


def measure(config: Config, workbench: Workbench) -> Measurements:
    costs, measurements = layer_costs(*config.shape, config.batch), Measurements()
    for (by, among), (before, after) in STEPS.items():
        factors = {"by": by, "among": among}
        measurements.add("how many times fewer", factors, _ratios(costs[before], costs[after]))
    memory = f"memory of a layer and a ReLU, {config.batch} images"
    counts = PARAMETERS, MULTIPLY_ADDS, EFFECTIVE, APART
    tabulate(measurements, costs, {"counts per image": counts, memory: (WEIGHTS, BACKWARD)})
    _add_outputs(measurements, config)
    return measurements


def _ratios(before: dict[str, Sample], after: dict[str, Sample]) -> dict[str, Sample]:
    counts = PARAMETERS, MULTIPLY_ADDS, EFFECTIVE
    return {name: exactly(before[name].center / after[name].center) for name in counts}


def _add_outputs(measurements: Measurements, config: Config) -> None:
    """Add the outputs of all layers, and what an output depends on: its row of the matrix."""
    conv = same_size(*config.shape[1:])
    x = whole((2, config.in_channels, config.side, config.side), Stream.DATA)
    arms = copies(conv, config.side) | {
        OTHER: with_whole_weights(builders(*config.shape)[DENSE]())
    }
    for arm, layer in arms.items():
        weights = matrix(layer, tuple(x.shape[1:]))
        quantities = {
            OUTPUTS: largest(layer(x) - conv(x)),
            INPUTS: exactly(int(weights.count_nonzero(dim=1).max())),
            POSITIONS: exactly(len(weights) // config.out_channels),
        }
        title = "one linear function in many layers, whole numbers"
        measurements.add(title, {"arm": arm}, quantities)


SAME = Control(
    sentence="all five layers give the same outputs",
    of=most(OUTPUTS, "arm", LAYERS),
    predicted=equal(0),
)

CLAIMS = (
    Claim(
        id="C007",
        source="S0",
        sentence="N outputs cost N M multiply-adds if each depends on M inputs, "
        "and N K if each depends on the K inputs under a kernel",
        of=most(APART, "arm", LAYERS),
        predicted=equal(0),
    ),
    Claim(
        id="C008",
        source="S0",
        sentence="Sparsity divides the multiply-adds by M / K",
        of=Quantity(
            "times fewer multiply-adds / (M / K)",
            over(
                at(MULTIPLY_ADDS, by=SPARSITY, among=UNSHARED),
                over(at(INPUTS, arm=OTHER), at(INPUTS, arm=CONVOLUTION)),  # M / K
            ),
        ),
        predicted=equal(1),
        controls=(SAME,),
    ),
    Claim(
        id="C011",
        source="S0",
        sentence="Sharing divides the memory of the weights by the number of positions",
        of=over(
            at(WEIGHTS, arm=LOCAL),
            at(WEIGHTS, arm=CONVOLUTION),
            at(POSITIONS, arm=CONVOLUTION),
        ),
        predicted=equal(1),
    ),
    Claim(
        id="C305",
        source="S3",
        sentence="Sharing weights reduces computation",
        of=at(MULTIPLY_ADDS, by=SHARING, among=NEAR),
        predicted=above(1.01),
        expected=Outcome.REFUTED,
    ),
    Claim(
        id="C305r",
        source="S3",
        sentence="Sharing saves no multiply-add: "
        "a local layer makes exactly those of the convolution",
        of=at(EFFECTIVE, by=SHARING, among=NEAR),
        predicted=equal(1),
        controls=(SAME,),
    ),
    Claim(
        id="C305b",
        source="S3",
        sentence="Sharing without sparsity, with one kernel as large as the image, "
        "saves no multiply-add",
        of=at(EFFECTIVE, by=SHARING, among=FULL),
        predicted=equal(1),
        controls=(SAME,),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    return {
        "parameters": bars(
            _by_layer(measurements, PARAMETERS),
            title="Sparsity and sharing both save parameters",
            x="parameters",
        ),
        "multiply_adds": bars(
            _by_layer(measurements, EFFECTIVE),
            title="Sparsity saves multiply-adds, sharing saves none",
            x="effective multiply-adds per image: those that meet a real pixel",
        ),
    }


def _by_layer(measurements: Measurements, quantity: str) -> dict[str, float]:
    return {arm: measurements.get(quantity, arm=arm).center for arm in LAYERS}
