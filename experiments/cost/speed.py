"""Do fewer parameters take less time and less memory?

The weights themselves take less memory. But a layer also computes and keeps activations, and a
convolution of few weights can do and keep more than a perceptron of many: the example here is an
ordinary one. Times are of one machine, its threads and its moment: all steps take turns, in
random order.
"""

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Tensor, nn

from convlab.cost import cost, peak_bytes
from convlab.figures import bars
from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Outcome,
    above,
    at,
    below,
    exactly,
    number,
    over,
)
from convlab.memory import require
from convlab.settings import FROZEN, Timing
from convlab.timing import Step, milliseconds, note, of_steps, pass_through
from convlab.workbench import Workbench

from ._five_layers import builders
from ._layer_costs import quantities
from ._names import MULTIPLY_ADDS, PARAMETERS, WEIGHTS, tabulate

PERCEPTRON, CNN = "perceptron", "CNN"
TRAINING, PEAK, TIME = "training memory (bytes)", "peak memory (bytes)", "time (ms)"
INTENSITY = "multiply-adds per byte"
TABLES = {
    "memory of a step of training on 32 images of 64 x 64 pixels": (PARAMETERS, WEIGHTS, TRAINING),
    "time of a step of training on 32 images of 64 x 64 pixels": (MULTIPLY_ADDS, TIME),
}


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
        add(measurements, config, workbench.device)
    measurements.notes.append(note(config.timing, workbench.device))
    return measurements


def _add_networks(measurements: Measurements, config: Config, device: str) -> None:
    x = torch.ones(32, 3, 64, 64, device=device)
    arms = {arm: network.to(device) for arm, network in networks().items()}
    steps = {arm: update(network, x) for arm, network in arms.items()}
    times = of_steps(steps, config.timing, device)
    costs = {arm: quantities(cost(network, x)) for arm, network in arms.items()}
    for arm, each in costs.items():
        memory = each[WEIGHTS].center + peak_bytes(steps[arm])
        costs[arm] = each | {TRAINING: exactly(memory), TIME: milliseconds(times[arm])}
    tabulate(measurements, costs, TABLES)


def networks() -> dict[str, nn.Module]:
    """Two small classifiers of images (3, 64, 64)."""
    return {
        PERCEPTRON: nn.Sequential(
            nn.Flatten(), nn.Linear(3 * 64**2, 64), nn.ReLU(), nn.Linear(64, 10)
        ),
        CNN: nn.Sequential(
            nn.Conv2d(3, 32, 3, padding=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(32, 10),
        ),
    }


def update(network: nn.Module, x: Tensor) -> Step:
    """The first step of a training with Adam, which keeps two numbers per weight."""

    def step() -> None:
        optimizer = torch.optim.Adam(network.parameters())
        network(x).square().mean().backward()
        optimizer.step()
        network.zero_grad()

    return step


def _add_layers(measurements: Measurements, config: Config, device: str) -> None:
    x = torch.ones(32, 3, config.side, config.side, device=device)
    layers = {arm: build().to(device) for arm, build in builders(config.side, 3, 8, 3).items()}
    steps = {arm: pass_through(layer, x) for arm, layer in layers.items()}
    times = of_steps(steps, config.timing, device)
    title = f"five layers, 32 images of {config.side} x {config.side} pixels, forward and backward"
    for arm, layer in layers.items():
        total = cost(layer, x)
        traffic = total.weight_bytes + x.nbytes + layer(x).nbytes
        row = {
            MULTIPLY_ADDS: exactly(total.multiply_adds),
            INTENSITY: exactly(len(x) * total.multiply_adds / traffic),
            PEAK: exactly(peak_bytes(steps[arm])),
            TIME: milliseconds(times[arm]),
        }
        measurements.add(title, {"arm": arm}, row)


FEWER = Control(
    sentence="the CNN has fewer parameters than the perceptron",
    of=over(at(PARAMETERS, arm=CNN), at(PARAMETERS, arm=PERCEPTRON)),
    predicted=below(0.01),
)

CLAIMS = (
    Claim(
        id="C006",
        source="S0",
        sentence="A network with fewer parameters takes less memory",
        of=over(at(TRAINING, arm=CNN), at(TRAINING, arm=PERCEPTRON)),
        predicted=below(0.99),
        expected=Outcome.REFUTED,
        controls=(FEWER,),
    ),
    Claim(
        id="C006b",
        source="S0",
        sentence="A network with fewer parameters takes less time",
        of=over(at(TIME, arm=CNN), at(TIME, arm=PERCEPTRON)),  # round by round
        predicted=below(0.99),
        expected=Outcome.REFUTED,
        controls=(FEWER,),
    ),
    Claim(
        id="C006r",
        source="S0",
        sentence="The weights of a network with fewer parameters take less memory, "
        "but its activations can take more than the weights save",
        of=over(at(WEIGHTS, arm=CNN), at(WEIGHTS, arm=PERCEPTRON)),
        predicted=below(0.01),
        controls=(
            Control(
                sentence="the CNN takes more memory in training than the perceptron",
                of=over(at(TRAINING, arm=CNN), at(TRAINING, arm=PERCEPTRON)),
                predicted=above(1),
            ),
        ),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    memory = {
        f"{arm}: {what}": measurements.get(quantity, arm=arm).center
        for what, quantity in (("weights", WEIGHTS), ("training memory", TRAINING))
        for arm in (PERCEPTRON, CNN)
    }
    return {"memory": bars(memory, title="Few weights do not mean little memory", x="bytes")}
