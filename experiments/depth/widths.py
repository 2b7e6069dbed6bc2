"""What do more channels cost?

Time and memory, of a step of training: forward, backward and a step of Adam through two
convolutions of 3 x 3 with as many channels between as behind, on 8 images of 64 x 64 pixels. The
bytes are counted: weights with their gradients and what Adam keeps grow with the square of the
channels, maps in proportion to them. Times are of one machine, one thread and its moment: all
widths take turns, in random order, and a ratio is taken within each round.
"""

import torch
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from pydantic import BaseModel
from torch import Tensor, nn

from convlab.cost import cost, peak_bytes
from convlab.figures import lines, points
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Quantity,
    Sample,
    above,
    at,
    between,
    equal,
    exactly,
    over,
)
from convlab.record import Record
from convlab.settings import FROZEN, Timing
from convlab.streams import Stream
from convlab.timing import PROCESSOR, Step, milliseconds, note, of_steps
from convlab.workbench import Workbench

MEASURES_TIME = True
WIDTHS = (8, 16, 32, 64)
WEIGHTS, MAPS, PEAK = "weights (bytes)", "maps kept (bytes)", "training memory (bytes)"
MULTIPLY_ADDS, TIME = "multiply-adds", "time of a step (ms)"
IMAGES = (8, 1, 64, 64)  # so many pixels that they, not the calls, take the time


class Config(BaseModel):
    """How often the steps are timed."""

    model_config = FROZEN

    timing: Timing = Timing()


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements, x = Measurements(), torch.ones(IMAGES, device=PROCESSOR)
    networks = {width: network(width) for width in WIDTHS}
    steps = {str(width): update(each, x) for width, each in networks.items()}
    times = of_steps(steps, config.timing, PROCESSOR, workbench.generator(Stream.ORDER))
    for width, each in networks.items():
        total = cost(each, x)
        found = {
            MULTIPLY_ADDS: exactly(total.multiply_adds),
            WEIGHTS: exactly(total.weight_bytes),
            MAPS: exactly(total.saved_bytes or 0),
            PEAK: exactly(total.weight_bytes + peak_bytes(steps[str(width)])),
            TIME: milliseconds(times[str(width)]),
        }
        title = "A step of training on 8 images of 64 x 64 pixels"
        measurements.add(title, {"channels": width}, found)
    measurements.notes.append(note(config.timing, PROCESSOR))
    return measurements


def network(channels: int) -> nn.Module:
    first = nn.Conv2d(1, channels, 3, padding=1)
    return nn.Sequential(first, nn.ReLU(), nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU())


def update(network: nn.Module, x: Tensor) -> Step:
    """The first step of a training with Adam, which keeps two numbers per weight."""

    def step() -> None:
        optimizer = torch.optim.Adam(network.parameters())
        network(x).square().mean().backward()
        optimizer.step()
        network.zero_grad()

    return step


def least_ratio(quantity: str) -> Quantity:
    """The least of the ratios of a width to half of it, round by round."""

    def least(measurements: Measurements) -> Sample:
        ratios = [
            over(at(quantity, channels=wide), at(quantity, channels=narrow))(measurements)
            for wide, narrow in zip(WIDTHS[1:], WIDTHS, strict=False)
        ]
        values = tuple(map(min, zip(*(ratio.values for ratio in ratios), strict=True)))
        return exactly(values[0]) if ratios[0].exact else Sample(values, varies="repeats")

    return Quantity(f"{quantity}: twice the channels / these, where least", least)


def times_more(quantity: str) -> Quantity:
    return over(at(quantity, channels=WIDTHS[-1]), at(quantity, channels=WIDTHS[0]))


MORE_WORK = Control(
    sentence="with twice the channels more than twice the multiply-adds are done",
    of=least_ratio(MULTIPLY_ADDS),
    predicted=above(2),
)

CLAIMS = (
    Claim(
        id="C208s",
        source="S2",
        sentence="More channels take longer: a step of training with twice the channels takes "
        "more time, from 8 to 64",
        of=least_ratio(TIME),
        predicted=above(1.1),
        controls=(MORE_WORK,),
        blind=False,  # smaller images had shown it, 1.27 [1.19–1.30]
    ),
    Claim(
        id="C208t",
        source="S2",
        sentence="More channels take more memory: a step of training with twice the channels "
        "holds at least 1.9 times the bytes, from 8 to 64",
        of=least_ratio(PEAK),
        predicted=above(1.9),
        controls=(MORE_WORK,),
        general=True,
        blind=False,
    ),
    Claim(
        id="C208o4",
        source="ours",
        sentence="The memory of maps grows in proportion to the channels: with 8 times as many it "
        "is 8 times as large, where the weights take 50 to 64 times as much",
        of=times_more(MAPS),
        predicted=equal(8),
        controls=(
            Control(
                sentence="the weights take 50 to 64 times as much",
                of=times_more(WEIGHTS),
                predicted=between(50, 64),
            ),
        ),
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "Time and memory: with 64 channels instead of 8 a step of training took {time:.0f} times as "
    "long for {work:.0f} times the multiply-adds, and {memory:.1f} times the memory. Its maps "
    "take {maps:.0f} times the bytes and its weights {weights:.0f} times.",
    time=times_more(TIME),
    work=times_more(MULTIPLY_ADDS),
    memory=times_more(PEAK),
    maps=times_more(MAPS),
    weights=times_more(WEIGHTS),
)


def draw(record: Record) -> dict[str, Figure]:
    series = {}
    for name, quantity in (("time", TIME), ("memory", PEAK), ("multiply-adds", MULTIPLY_ADDS)):
        least = at(quantity, channels=WIDTHS[0])
        found = {
            width: over(at(quantity, channels=width), least)(record.measurements)
            for width in WIDTHS
        }
        series[name] = points(found)
    figure = lines(
        series,
        title=record.finding("C208s"),
        x="channels",
        y=f"times as much as with {WIDTHS[0]}; bars: 95 % intervals",
        log_x=True,
        log_y=True,
    )
    axis = figure.axes[0].xaxis
    axis.set_ticks(WIDTHS, list(map(str, WIDTHS)))
    axis.set_minor_formatter(NullFormatter())
    return {"costs": figure}
