"""Do fewer parameters take less time and less memory?

The weights themselves do. But a layer also computes and keeps activations, and a convolution of
few weights can do and keep more than a perceptron of many: the example here is an ordinary one.
What does predict the time, on sizes at which a step takes at least ten times as long as that of
a layer of one pixel, are the multiply-adds: a dense layer's grow with the square of the pixels,
a convolution's with the pixels. Times are of one machine, its threads and its moment: all are
taken in turn, in random order.
"""

from collections.abc import Callable
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Annotated

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from torch import Tensor, nn

from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Outcome,
    Quantity,
    Sample,
    above,
    below,
    between,
    equal,
    exactly,
)
from convlab.memory import require
from convlab.probes import timing
from convlab.probes.cost import cost
from convlab.probes.memory import peak_bytes
from convlab.probes.twins import builders
from convlab.settings import FROZEN
from convlab.streams import Stream, generator

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from convlab.workbench import Workbench

# The names that `twins` gives its layers, once more, since claims are read without torch.
DENSE, CONVOLUTION = "dense", "convolution"
PERCEPTRON, CNN = "perceptron", "CNN"
PARAMETERS, WEIGHTS, TRAINING = "parameters", "weights (bytes)", "in training (bytes)"
NOMINAL, PEAK, TIME = "multiply-adds", "peak (bytes)", "time (ms)"
COUNTED, TIMED, ABOVE_FLOOR = "exponent, multiply-adds", "exponent, time", "least / empty"
INTENSITY = "multiply-adds per byte"

Sides = Annotated[tuple[Annotated[int, Field(ge=4, le=4096)], ...], Field(min_length=2)]
Step = Callable[[], None]


class Config(BaseModel):
    """Which layers are timed, at which sizes, and how often."""

    model_config = FROZEN

    repeats: int = Field(20, ge=1, le=10_000, description="rounds in which each step is timed")
    least_of: int = Field(3, ge=1, le=100, description="calls; the fastest is a round's time")
    threads: int = Field(1, ge=1, le=1024, description="of the CPU")
    side: int = Field(12, ge=7, le=256, description="of the images of the five layers, in pixels")
    dense_sides: Sides = Field((24, 28, 32, 40, 48), description="of growing images, in pixels")
    conv_sides: Sides = Field((24, 32, 40, 48, 64), description="of growing images, in pixels")


def measure(config: Config, workbench: "Workbench") -> Measurements:
    largest = max(config.dense_sides) ** 4 + 4 * 24 * config.side**4
    require(4 * 4 * largest, f"dense layers and gradients of {largest:,} weights")
    measurements = Measurements()
    with timing.threads(config.threads):
        for add in workbench.track("tables", (_example, _layers, _growth)):
            add(measurements, config, workbench.device)
    clock = "processor" if workbench.device == "cpu" else "wall"
    measurements.notes.append(
        f"Times are {clock} times with {config.threads} thread(s) on {workbench.device}: the "
        f"fastest of {config.least_of} calls in each of {config.repeats} rounds, in random order."
    )
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


def growing(name: str, side: int, images: int | None = None) -> tuple[nn.Module, Tensor]:
    """A layer and its batch, of sizes that keep a core busy with arithmetic rather than memory.

    Many images for a dense layer, many channels for a convolution; and all tensors of a step
    below 32 MB, above which the C library gives memory back and faults it in again each time.
    """
    if name == DENSE:
        return nn.Linear(side**2, side**2, bias=False), torch.ones(images or 64, side**2)
    conv = nn.Conv2d(16, 16, 3, padding=1, bias=False)
    return conv, torch.ones(images or 16, 16, side, side)


def pass_through(layer: nn.Module, x: Tensor) -> Step:
    """A forward and a backward pass, to the weights and to x."""
    x.requires_grad_()

    def step() -> None:
        layer(x).sum().backward()
        layer.zero_grad()
        x.grad = None

    return step


def update(network: nn.Module, x: Tensor) -> Step:
    """The first step of a training with Adam, which keeps two numbers per weight."""

    def step() -> None:
        optimizer = torch.optim.Adam(network.parameters())
        network(x).square().mean().backward()
        optimizer.step()
        network.zero_grad()

    return step


def timed(steps: dict[str, Step], config: Config, device: str) -> dict[str, NDArray[np.float64]]:
    """The processor's time on a CPU: on a busy machine wall time doubles what outlasts a slice."""
    return timing.seconds(
        steps,
        clock=thread_time if device == "cpu" else perf_counter,
        repeats=config.repeats,
        warmup=2,
        least_of=config.least_of,
        generator=generator(0, Stream.ORDER),
    )


def _example(measurements: Measurements, config: Config, device: str) -> None:
    x = torch.ones(32, 3, 64, 64, device=device)
    arms = {name: network.to(device) for name, network in networks().items()}
    times = timed({name: update(network, x) for name, network in arms.items()}, config, device)
    for name, network in arms.items():
        spent = cost(network, x)
        quantities = {
            PARAMETERS: exactly(spent.parameters),
            WEIGHTS: exactly(spent.weight_bytes),
            TRAINING: exactly(spent.weight_bytes + peak_bytes(update(network, x))),
            NOMINAL: exactly(spent.multiply_adds),
            TIME: milliseconds(times[name]),
        }
        title = "a step of training on 32 images of 64 x 64 pixels"
        measurements.add(title, {"network": name}, quantities)


def _layers(measurements: Measurements, config: Config, device: str) -> None:
    x = torch.ones(32, 3, config.side, config.side, device=device)
    layers = {name: make().to(device) for name, make in builders(config.side, 3, 8, 3).items()}
    steps = {name: pass_through(layer, x) for name, layer in layers.items()}
    times = timed(steps, config, device)
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


def _growth(measurements: Measurements, config: Config, device: str) -> None:
    sides = {DENSE: config.dense_sides, CONVOLUTION: config.conv_sides}
    steps = {}
    for name, its_sides in sides.items():
        for side, images in ((1, 1), *((side, None) for side in its_sides)):
            layer, x = growing(name, side, images)
            steps[f"{name} {side}"] = pass_through(layer.to(device), x.to(device))
    times = timed(steps, config, device)
    for name, its_sides in sides.items():
        pixels = np.square(its_sides)
        grown = np.stack([times[f"{name} {side}"] for side in its_sides])
        (counted,) = timing.exponents(pixels, [[_counted(name, side)] for side in its_sides])
        quantities = {
            COUNTED: exactly(round(counted, 9)),  # logarithms are rounded, too
            TIMED: Sample(tuple(timing.exponents(pixels, grown).tolist())),
            ABOVE_FLOOR: Sample(tuple((grown[0] / times[f"{name} 1"]).tolist())),
        }
        title = "growing with the pixels: exponents; the least time over that of one pixel"
        measurements.add(title, {"growing": name}, quantities)
        measurements.arrays |= {f"{name}, pixels": pixels, f"{name}, seconds": grown}


def _counted(name: str, side: int) -> int:
    with torch.device("meta"):
        return cost(*growing(name, side, images=1)).multiply_adds


def milliseconds(times: NDArray[np.float64]) -> Sample:
    return Sample(tuple((1e3 * times).tolist()))


def of_growing(quantity: str, name: str) -> Quantity:
    return lambda m: m.get(quantity, growing=name)


def of_cnn(quantity: str) -> Quantity:
    """The CNN's over the perceptron's, round by round."""

    def ratio(m: Measurements) -> Sample:
        cnn, perceptron = (m.get(quantity, network=name) for name in (CNN, PERCEPTRON))
        pairs = zip(cnn.values, perceptron.values, strict=True)
        return Sample(tuple(a / b for a, b in pairs), cnn.statistic)

    return ratio


def large_enough(name: str) -> Control:
    return Control("the least takes ten times an empty call", of_growing(ABOVE_FLOOR, name), TEN)


TEN = above(10)
FEWER = Control("the CNN has fewer parameters", of_cnn(PARAMETERS), below(0.01))

CLAIMS = (
    Claim(
        id="C006",
        source="S0",
        sentence="A network with fewer parameters takes less memory",
        of=of_cnn(TRAINING),
        predicted=below(0.99),
        expected=Outcome.REFUTED,
        controls=(FEWER,),
    ),
    Claim(
        id="C006b",
        source="S0",
        sentence="A network with fewer parameters takes less time",
        of=of_cnn(TIME),
        predicted=below(0.99),
        expected=Outcome.REFUTED,
        controls=(FEWER,),
    ),
    Claim(
        id="C006r",
        source="S0",
        sentence="Its weights take less memory; its activations can take more than they save",
        of=of_cnn(WEIGHTS),
        predicted=below(0.01),
        controls=(Control("more is held in training", of_cnn(TRAINING), above(1)),),
    ),
    Claim(
        id="C007b",
        source="S0",
        sentence="The multiply-adds of a dense layer grow with the square of the pixels",
        of=of_growing(COUNTED, DENSE),
        predicted=equal(2),
    ),
    Claim(
        id="C007c",
        source="S0",
        sentence="Those of a convolution grow with the pixels",
        of=of_growing(COUNTED, CONVOLUTION),
        predicted=equal(1),
    ),
    Claim(
        id="C007d",
        source="S0",
        sentence="The time of a dense layer does as its multiply-adds do",
        of=of_growing(TIMED, DENSE),
        predicted=between(1.85, 2.15),
        controls=(large_enough(DENSE),),
    ),
    Claim(
        id="C007e",
        source="S0",
        sentence="The time of a convolution does as its multiply-adds do",
        of=of_growing(TIMED, CONVOLUTION),
        predicted=between(0.85, 1.15),
        controls=(large_enough(CONVOLUTION),),
    ),
)


def draw(measurements: Measurements) -> "dict[str, Figure]":
    from convlab.figures import bars, lines

    series, predicted = {}, []
    for name, exponent, scene in (
        (DENSE, 2, "64 images of 1 channel"),
        (CONVOLUTION, 1, "16 images of 16 channels"),
    ):
        pixels = measurements.arrays[f"{name}, pixels"]
        samples = [milliseconds(times) for times in measurements.arrays[f"{name}, seconds"]]
        centers = np.array([sample.center for sample in samples])
        low, high = np.array([sample.interval for sample in samples]).T
        series[f"{name}, {scene}"] = pixels, centers, low, high
        level = np.exp(np.log(centers / pixels**exponent).mean())
        predicted.append((f"predicted: pixels to the power {exponent}", pixels, level, exponent))
    growth = lines(
        series,
        title="Time grows as the multiply-adds do",
        x="pixels",
        y="forward and backward (ms)",
        log_x=True,
        log_y=True,
    )
    (axes,) = growth.axes
    for (label, pixels, level, exponent), style in zip(predicted, ("--", ":"), strict=True):
        axes.plot(pixels, level * pixels**exponent, style, color="black", label=label, zorder=3)
    axes.legend(fontsize=9)
    held = {
        f"{name}: {what}": measurements.get(quantity, network=name).center
        for what, quantity in (("weights", WEIGHTS), ("in training", TRAINING))
        for name in (PERCEPTRON, CNN)
    }
    return {
        "growth": growth,
        "memory": bars(
            held,
            title="Few weights do not mean little memory",
            x="bytes",
        ),
    }
