"""What do sparsity and weight sharing each save?

One linear function is written as layers that store it differently: dense, dense under a mask,
with one kernel as large as the image, locally connected, and as a convolution. All give the same
outputs to the last bit, and only their costs differ. Sparsity, a kernel of K inputs in place of
all M, should divide both parameters and multiply-adds by M / K. Sharing should divide the
parameters alone: the same kernel is still multiplied at every position. A dense layer with other
weights is the control: it shows that the outputs can differ.

Everything is counted, so the predictions are for all settings; they are identities of arithmetic,
and what a run shows is that the layers and the counting keep to them.
"""

from functools import partial

from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.figures import bars
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Quantity,
    above,
    at,
    equal,
    most,
    over,
)
from convlab.probes.exact import same_size
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._layer_costs import layer_costs
from ._layer_outputs import layer_outputs
from ._names import (
    APART,
    BACKWARD,
    CONVOLUTION,
    EFFECTIVE,
    INPUTS,
    LAYERS,
    LOCAL,
    MULTIPLY_ADDS,
    OTHER,
    OUTPUTS,
    PARAMETERS,
    POSITIONS,
    WEIGHTS,
    Channels,
    KernelWidth,
    Side,
    tabulate,
)
from ._savings import BOTH, FULL, NEAR, SHARING, SPARSITY, UNSHARED, least_saved, savings


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
    for (by, among), times in savings(costs).items():
        measurements.add("how many times fewer", {"by": by, "among": among}, times)
    memory = f"memory of a layer and a ReLU, {config.batch} images"
    counts = PARAMETERS, MULTIPLY_ADDS, EFFECTIVE, APART
    tabulate(measurements, costs, {"counts per image": counts, memory: (WEIGHTS, BACKWARD)})
    title = "one linear function in many layers, whole numbers"
    weights, data = (workbench.generator(each) for each in (Stream.WEIGHTS, Stream.DATA))
    conv = same_size(*config.shape[1:], weights)
    outputs = layer_outputs(conv, config.side, weights, data)
    tabulate(measurements, outputs, {title: (OUTPUTS, INPUTS, POSITIONS)})
    return measurements


SAME = Control(
    sentence="all five layers give the same outputs",
    of=most(OUTPUTS, "arm", LAYERS),
    predicted=equal(0),
)
DIFFERENT = Control(
    sentence="a dense layer with other weights gives other outputs",
    of=at(OUTPUTS, arm=OTHER),
    predicted=above(1),
)
LESS = 1.01  # times, from which on it is less by more than rounding

identity = partial(Claim, controls=(SAME, DIFFERENT), general=True, identity=True)

CLAIMS = (
    identity(
        id="C007",
        source="S0",
        sentence="N outputs cost N M multiply-adds if each depends on M inputs, "
        "and N K if each depends on the K inputs under a kernel",
        of=most(APART, "arm", LAYERS),
        predicted=equal(0),
    ),
    identity(
        id="C008",
        source="S0",
        sentence="A kernel of K inputs in place of all M divides the multiply-adds by M / K",
        of=Quantity(
            "times fewer multiply-adds / (M / K)",
            over(
                at(MULTIPLY_ADDS, by=SPARSITY, among=UNSHARED),
                over(at(INPUTS, arm=OTHER), at(INPUTS, arm=CONVOLUTION)),  # M / K
            ),
        ),
        predicted=equal(1),
    ),
    identity(
        id="C011",
        source="S0",
        sentence="With shared weights a layer takes less memory for them",
        of=over(at(WEIGHTS, arm=LOCAL), at(WEIGHTS, arm=CONVOLUTION)),
        predicted=above(LESS),
    ),
    identity(
        id="C011r",
        source="S0",
        sentence="Sharing divides the memory of the weights by the number of positions",
        of=over(
            at(WEIGHTS, arm=LOCAL),
            at(WEIGHTS, arm=CONVOLUTION),
            at(POSITIONS, arm=CONVOLUTION),
        ),
        predicted=equal(1),
    ),
    identity(
        id="C305",
        source="S3",
        sentence="With one filter for all positions a layer has fewer parameters, takes less "
        "memory and computes less than a fully connected layer",
        of=Quantity("fewest times less, of parameters, memory, multiply-adds", least_saved),
        predicted=above(LESS),
    ),
    identity(
        id="C305o1",
        source="ours",
        sentence="Sharing alone saves no multiply-add: "
        "a local layer makes exactly those of the convolution",
        of=at(EFFECTIVE, by=SHARING, among=NEAR),
        predicted=equal(1),
    ),
    identity(
        id="C305o2",
        source="ours",
        sentence="Sharing without sparsity, with one kernel as large as the image, "
        "saves no multiply-add",
        of=at(EFFECTIVE, by=SHARING, among=FULL),
        predicted=equal(1),
    ),
)

ANSWER = Answer(
    "A kernel that sees a part of the inputs saves twice: it divides the weights by {sparse} and "
    "the multiply-adds by {work}. Sharing it divides the weights alone, by {shared}, and saves "
    "not one multiply-add, for every position still multiplies the kernel. A convolution does "
    "both at once: its weights are those of a fully connected layer divided by {both}.",
    sparse=at(PARAMETERS, by=SPARSITY, among=UNSHARED),
    work=at(MULTIPLY_ADDS, by=SPARSITY, among=UNSHARED),
    shared=at(PARAMETERS, by=SHARING, among=NEAR),
    both=at(PARAMETERS, by=BOTH, among=FULL),
)


def draw(record: Record) -> dict[str, Figure]:
    def by_layer(quantity: str) -> dict[str, float]:
        return {arm: record.measurements.get(quantity, arm=arm).center for arm in LAYERS}

    return {
        "parameters": bars(
            by_layer(PARAMETERS), title=record.finding("C011r"), x="parameters, counted"
        ),
        "multiply_adds": bars(
            by_layer(EFFECTIVE),
            title=record.finding("C305o1"),
            x="multiply-adds per image that meet a real pixel, counted",
        ),
    }
