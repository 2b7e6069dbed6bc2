"""Does it matter for learning whether a layer correlates or convolves?

Two networks learn digits in float64. One correlates, as torch's layer does; the other convolves in
the mathematical sense, by torch's transposed convolution, and starts from the flipped kernels.
Predicted: with zeros all around the map both have the same losses and kernels that are flips of
each other after every step, to 1e-10 (a sum in another order rounds differently). With zeros on
one side only, each where its formula leads out of the map, the two are different networks.
Controls: a network that convolves but starts from the same kernels, not flipped, goes another way;
the networks have learned something at all.
"""

from collections.abc import Callable

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from convlab.data import load
from convlab.figures import COLOURS, wrapped
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    above,
    at,
    below,
    exactly,
    over,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Data
from convlab.train import Networks
from convlab.workbench import Workbench

from ._flipped import convolving, correlating, flip_kernels

AROUND = "convolution, flipped start, zeros around"
SAME_START = "convolution, same start, zeros around"
ONE_SIDE = "convolution, flipped start, zeros on one side"
LATER = {  # what a figure says of them
    AROUND: "convolution from flipped kernels",
    SAME_START: "convolution from the same kernels",
    ONE_SIDE: "convolution from flipped kernels, zeros on one side only",
}
KERNELS = "largest difference of a weight, one flipped"
LOSSES = "largest difference of a loss"
FIRST, LAST = "first loss", "last loss"


class Config(BaseModel):
    """How many networks of which size learn for how long."""

    model_config = FROZEN

    seeds: Seeds = Field(3, description="networks per arm")
    channels: int = Field(8, ge=1, le=64, description="of each of two layers")
    training: Training = Training(steps=300, batch=64, lr=0.02)


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements, digits = Measurements(), load("digits")
    data = Data(digits.x.double(), digits.y)

    def fit(arm: str, build: Callable[[], nn.Module]) -> Networks:
        steps = range(config.training.steps + 1)
        how = {"seeds": config.seeds, "training": config.training, "keep": steps}
        return workbench.fit(arm, build, data, cross_entropy, **how)  # type: ignore[arg-type]

    width = config.channels
    around = fit("correlation", lambda: correlating(width, "around"))
    one_side = fit("correlation, zeros behind", lambda: correlating(width, "behind"))
    others = {
        AROUND: (around, lambda: flip_kernels(convolving(width, "around"))),
        SAME_START: (around, lambda: convolving(width, "around")),
        ONE_SIDE: (one_side, lambda: flip_kernels(convolving(width, "before"))),
    }
    for arm, (one, build) in others.items():
        other = fit(arm, build)
        by_step = apart(one, other)
        measurements.arrays[arm] = by_step.numpy()
        measurements.add(
            "A network that convolves beside one that correlates",
            {"arm": arm},
            {
                KERNELS: exactly(float(by_step.max())),
                LOSSES: exactly(float((one.losses - other.losses).abs().max())),
                FIRST: exactly(float(other.losses[:, 0].mean())),
                LAST: exactly(float(other.losses[:, -1].mean())),
            },
        )
    return measurements


def apart(one: Networks, other: Networks) -> Tensor:
    """After each number of steps, the largest difference of a weight; kernels meet their flip."""
    steps = sorted(one.kept)
    return torch.stack([difference(one.kept[step], other.kept[step]) for step in steps])


def difference(one: dict[str, Tensor], other: dict[str, Tensor]) -> Tensor:
    each = [
        (weight - (other[name].flip(-2, -1) if weight.ndim == 5 else other[name])).abs().max()
        for name, weight in one.items()  # kernels are (S, O, C, k, k)
    ]
    return torch.stack(each).max()


LEARNED = Control(
    sentence="the loss of the network that convolves falls below two thirds of the first",
    of=over(at(LAST, arm=AROUND), at(FIRST, arm=AROUND)),
    predicted=below(2 / 3),  # a trial with 10 seeds had shown that a third needs more steps
)
START_MATTERS = Control(
    sentence="a network that convolves and starts from the same kernels has other losses",
    of=at(LOSSES, arm=SAME_START),
    predicted=above(1e-3),
)

CLAIMS = (
    Claim(
        id="C205",
        source="S2",
        sentence="If the flipped filter is called the layer's filter, the operation is a "
        "convolution, so that the difference does not matter much: trained from flipped filters, "
        "both learn filters that are flips of each other, to 1e-10",
        of=at(KERNELS, arm=AROUND),
        predicted=below(1e-10),
        controls=(LEARNED, START_MATTERS),
    ),
    Claim(
        id="C205o1",
        source="ours",
        sentence="Trained from flipped filters, a network that convolves and one that correlates "
        "have the same losses, to 1e-10",
        of=at(LOSSES, arm=AROUND),
        predicted=below(1e-10),
        controls=(LEARNED, START_MATTERS),
    ),
    Claim(
        id="C205o2",
        source="ours",
        sentence="With zeros on one side only, where each formula leads out of the map, the "
        "difference matters: the losses differ by more than 0.001",
        of=at(LOSSES, arm=ONE_SIDE),
        predicted=above(1e-3),
        controls=(
            Control(
                sentence="with zeros all around they do not differ by as much as 1e-10",
                of=at(LOSSES, arm=AROUND),
                predicted=below(1e-10),
            ),
        ),
    ),
)

ANSWER = Answer(
    "Not with zeros all around: a network that convolves and one that correlates, from kernels "
    "that are flips of each other, learn kernels that are flips of each other, to {kernels:.0e} "
    "after every step. With zeros on one side only their losses differ by up to {one_side:.2f}.",
    kernels=at(KERNELS, arm=AROUND),
    one_side=at(LOSSES, arm=ONE_SIDE),
)


def draw(record: Record) -> dict[str, Figure]:
    figure = Figure(figsize=(8, 4.4), layout="constrained")
    axes = figure.subplots()
    for colour, arm in zip(COLOURS, (AROUND, SAME_START, ONE_SIDE), strict=False):
        axes.plot(record.measurements.arrays[arm], color=colour, label=LATER[arm])
    axes.axhline(1e-10, color="black", linestyle="--", linewidth=1)
    axes.set_yscale("log")
    axes.set_ylim(1e-17, 1e2)
    axes.set_xlabel("step")
    axes.set_ylabel("largest difference of a weight\n(kernels beside the other's flipped)")
    axes.set_title(wrapped(record.finding("C205o1"), 7))
    axes.legend(fontsize=9, loc="center right")
    return {"flips": figure}
