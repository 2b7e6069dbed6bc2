"""Do fewer parameters take less time and less memory?

Of two layers that a convolution or a dense layer may be, the convolution takes less of both. The
number of parameters alone does not decide: a network also computes and keeps activations, and a
CNN of few weights can do and keep more than a perceptron of many. The pair here is an ordinary
one. Times are of one machine, its threads and its moment: all steps take turns, in random order.
"""

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Tensor, nn

from convlab.cost import cost, peak_bytes
from convlab.figures import bars
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Quantity,
    Sample,
    above,
    at,
    below,
    exactly,
    number,
    over,
)
from convlab.memory import require
from convlab.record import Record
from convlab.settings import FROZEN, Timing
from convlab.streams import Stream
from convlab.timing import PROCESSOR, Step, milliseconds, note, of_steps, pass_through
from convlab.workbench import Workbench

from ._five_layers import builders
from ._layer_costs import quantities
from ._names import (
    CNN,
    CONVOLUTION,
    DENSE,
    MULTIPLY_ADDS,
    PARAMETERS,
    PERCEPTRON,
    WEIGHTS,
    tabulate,
)
from ._two_networks import networks, update

MEASURES_TIME = True
TRAINING, TIME = "training memory (bytes)", "time (ms)"  # of weights, and at a step's peak
INTENSITY = "multiply-adds per byte"
TABLES = {
    "memory of a step of training on 32 images of 64 x 64 pixels": (PARAMETERS, WEIGHTS, TRAINING),
    "time of a step of training on 32 images of 64 x 64 pixels": (MULTIPLY_ADDS, TIME),
}
Arms = dict[str, tuple[nn.Module, Step]]  # each with the step of it that is timed


class Config(BaseModel):
    """Which layers are timed, and how often."""

    model_config = FROZEN

    timing: Timing = Timing()
    side: int = Field(12, ge=7, le=256, description="of the images of the five layers, in pixels")


def measure(config: Config, workbench: Workbench) -> Measurements:
    weights = 4 * 24 * config.side**4
    require(4 * 4 * weights, f"dense layers and gradients of {number(weights)} weights")
    measurements = Measurements()
    for add in workbench.track("tables", (_add_networks, _add_layers)):
        add(measurements, config, workbench)
    measurements.notes.append(note(config.timing, PROCESSOR))
    return measurements


def _add_networks(into: Measurements, config: Config, workbench: Workbench) -> None:
    x = torch.ones(32, 3, 64, 64, device=PROCESSOR)
    arms = {arm: (each.to(PROCESSOR), update(each, x)) for arm, each in networks().items()}
    tabulate(into, _measured(arms, x, config, workbench), TABLES)


def _add_layers(into: Measurements, config: Config, workbench: Workbench) -> None:
    x = torch.ones(32, 3, config.side, config.side, device=PROCESSOR)
    made = {arm: build().to(PROCESSOR) for arm, build in builders(config.side, 3, 8, 3).items()}
    arms = {arm: (layer, pass_through(layer, x)) for arm, layer in made.items()}
    title = f"five layers, 32 images of {config.side} x {config.side} pixels, forward and backward"
    shown = PARAMETERS, MULTIPLY_ADDS, INTENSITY, TRAINING, TIME
    tabulate(into, _measured(arms, x, config, workbench), {title: shown})


def _measured(
    arms: Arms, x: Tensor, config: Config, workbench: Workbench
) -> dict[str, dict[str, Sample]]:
    """What the arms cost on the images x, and what time and memory their steps take."""
    steps = {arm: step for arm, (_, step) in arms.items()}
    times = of_steps(steps, config.timing, PROCESSOR, workbench.generator(Stream.ORDER))
    found = {}
    for arm, (network, step) in arms.items():
        total = cost(network, x)
        traffic = total.weight_bytes + x.nbytes + network(x).nbytes
        found[arm] = quantities(total) | {
            INTENSITY: exactly(len(x) * total.multiply_adds / traffic),
            TRAINING: exactly(total.weight_bytes + peak_bytes(step)),
            TIME: milliseconds(times[arm]),
        }
    return found


def memory_or_time(measurements: Measurements) -> Sample:
    """The larger of a convolution's shares in a dense layer's memory and time, round by round."""
    arms = {"arm": CONVOLUTION}, {"arm": DENSE}
    memory, time = (over(*(at(each, **arm) for arm in arms)) for each in (TRAINING, TIME))
    share = memory(measurements).center
    return Sample(tuple(max(share, each) for each in time(measurements).values), varies="repeats")


FEWER = Control(
    sentence="the CNN has fewer parameters than the perceptron",
    of=over(at(PARAMETERS, arm=CNN), at(PARAMETERS, arm=PERCEPTRON)),
    predicted=below(0.01),
)

# An earlier form of the claims, and runs of it, had shown all of these ratios.
CLAIMS = (
    Claim(
        id="C006",
        source="S0",
        sentence="A convolution in place of a dense layer, with fewer parameters, takes less "
        "memory and less time",
        of=Quantity("larger of memory and time, convolution / dense", memory_or_time),
        predicted=below(0.99),
        controls=(
            Control(
                sentence="the convolution has fewer parameters than the dense layer",
                of=over(at(PARAMETERS, arm=CONVOLUTION), at(PARAMETERS, arm=DENSE)),
                predicted=below(0.99),
            ),
        ),
        blind=False,
    ),
    Claim(
        id="C006o1",
        source="ours",
        sentence="Fewer parameters alone do not mean less memory: in training a CNN takes more "
        "than a perceptron of a hundred times its parameters",
        of=over(at(TRAINING, arm=CNN), at(TRAINING, arm=PERCEPTRON)),
        predicted=above(1.01),
        controls=(FEWER,),
        general=True,  # the pair is the same at all settings, and its memory is counted
        blind=False,
    ),
    Claim(
        id="C006o2",
        source="ours",
        sentence="Fewer parameters alone do not mean less time: a step of a CNN takes longer "
        "than one of a perceptron of a hundred times its parameters",
        of=over(at(TIME, arm=CNN), at(TIME, arm=PERCEPTRON)),  # round by round
        predicted=above(1.01),
        controls=(FEWER,),
        blind=False,
    ),
)

ANSWER = Answer(
    "Layer against layer they do: here a convolution takes {layer_time:.0%} of a dense layer's "
    "time and {layer_memory:.0%} of its memory. Network against network they need not: a CNN with "
    "{parameters:.1%} of a perceptron's parameters took {memory:.1f} times its memory in training "
    "and {time:.1f} times its time, because it computes and keeps large maps.",
    layer_time=over(at(TIME, arm=CONVOLUTION), at(TIME, arm=DENSE)),
    layer_memory=over(at(TRAINING, arm=CONVOLUTION), at(TRAINING, arm=DENSE)),
    parameters=over(at(PARAMETERS, arm=CNN), at(PARAMETERS, arm=PERCEPTRON)),
    memory=over(at(TRAINING, arm=CNN), at(TRAINING, arm=PERCEPTRON)),
    time=over(at(TIME, arm=CNN), at(TIME, arm=PERCEPTRON)),
)


def draw(record: Record) -> dict[str, Figure]:
    memory = {
        f"{arm}: {what}": record.measurements.get(quantity, arm=arm).center
        for what, quantity in (("weights", WEIGHTS), ("training memory", TRAINING))
        for arm in (PERCEPTRON, CNN)
    }
    return {"memory": bars(memory, title=record.finding("C006o1"), x="bytes, counted")}
