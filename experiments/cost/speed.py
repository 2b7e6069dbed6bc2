"""Do fewer parameters take less time and less memory?

The weights themselves do. But a layer also computes and keeps activations, and a convolution of
few weights can do and keep more than a perceptron of many: the example here is an ordinary one.
Times are of one machine, its threads and its moment: all are taken in turn, in random order.
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
    Quantity,
    above,
    at,
    below,
    exactly,
    over,
)
from convlab.memory import require
from convlab.settings import FROZEN, Timing
from convlab.timing import Step, milliseconds, note, of_steps, pass_through
from convlab.workbench import Workbench

from ._names import NOMINAL, PARAMETERS, WEIGHTS, costs
from ._twins import builders

PERCEPTRON, CNN = "perceptron", "CNN"
TRAINING, PEAK, TIME = "in training (bytes)", "peak (bytes)", "time (ms)"
INTENSITY = "multiply-adds per byte"


class Config(BaseModel):
    """Which layers are timed, and how often."""

    model_config = FROZEN

    timing: Timing = Timing()
    side: int = Field(12, ge=7, le=256, description="of the images of the five layers, in pixels")


def measure(config: Config, workbench: Workbench) -> Measurements:
    weights = 4 * 24 * config.side**4
    require(4 * 4 * weights, f"dense layers and gradients of {weights:,} weights")
    measurements = Measurements()
    for add in workbench.track("tables", (_example, _layers)):
        add(measurements, config, workbench.device)
    measurements.notes.append(note(config.timing, workbench.device))
    return measurements


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


def _example(measurements: Measurements, config: Config, device: str) -> None:
    x = torch.ones(32, 3, 64, 64, device=device)
    arms = {name: network.to(device) for name, network in networks().items()}
    steps = {name: update(network, x) for name, network in arms.items()}
    times = of_steps(steps, config.timing, device)
    for name, network in arms.items():
        spent = costs(cost(network, x))
        held = spent[WEIGHTS].center + peak_bytes(steps[name])
        quantities = {
            PARAMETERS: spent[PARAMETERS],
            WEIGHTS: spent[WEIGHTS],
            TRAINING: exactly(held),
            NOMINAL: spent[NOMINAL],
            TIME: milliseconds(times[name]),
        }
        title = "a step of training on 32 images of 64 x 64 pixels"
        measurements.add(title, {"network": name}, quantities)


def _layers(measurements: Measurements, config: Config, device: str) -> None:
    x = torch.ones(32, 3, config.side, config.side, device=device)
    layers = {name: make().to(device) for name, make in builders(config.side, 3, 8, 3).items()}
    steps = {name: pass_through(layer, x) for name, layer in layers.items()}
    times = of_steps(steps, config.timing, device)
    for name, layer in layers.items():
        spent = cost(layer, x)
        moved = spent.weight_bytes + x.nbytes + layer(x).nbytes
        quantities = {
            NOMINAL: exactly(spent.multiply_adds),
            INTENSITY: exactly(len(x) * spent.multiply_adds / moved),
            PEAK: exactly(peak_bytes(steps[name])),
            TIME: milliseconds(times[name]),
        }
        title = f"one map, 32 images of {config.side} x {config.side} pixels, forward and backward"
        measurements.add(title, {"layer": name}, quantities)


def of_cnn(quantity: str) -> Quantity:
    """The CNN's over the perceptron's, round by round."""
    return over(at(quantity, network=CNN), at(quantity, network=PERCEPTRON))


FEWER = Control("the CNN has fewer parameters", of_cnn(PARAMETERS), below(0.01))

CLAIMS = (
    Claim(
        "C006",
        "S0",
        "A network with fewer parameters takes less memory",
        of_cnn(TRAINING),
        below(0.99),
        expected=Outcome.REFUTED,
        controls=(FEWER,),
    ),
    Claim(
        "C006b",
        "S0",
        "A network with fewer parameters takes less time",
        of_cnn(TIME),
        below(0.99),
        expected=Outcome.REFUTED,
        controls=(FEWER,),
    ),
    Claim(
        "C006r",
        "S0",
        "Its weights take less memory; its activations can take more than they save",
        of_cnn(WEIGHTS),
        below(0.01),
        controls=(Control("more is held in training", of_cnn(TRAINING), above(1)),),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    held = {
        f"{name}: {what}": measurements.get(quantity, network=name).center
        for what, quantity in (("weights", WEIGHTS), ("in training", TRAINING))
        for name in (PERCEPTRON, CNN)
    }
    return {"memory": bars(held, title="Few weights do not mean little memory", x="bytes")}
