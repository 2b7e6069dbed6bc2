"""Is the backward pass of a convolution made of convolutions as well?

For every stride, padding, dilation and grouping of a grid, in one and two dimensions, autograd's
gradients stand beside two convolutions: the input correlated with δ, the gradient of the outputs,
and a full convolution of δ with the kernel. Predicted: equal to the last bit at stride 1, and at a
larger stride once zeros stand between the numbers of δ. Finite differences, exact here because the
loss is linear and all numbers are whole, say whether autograd is right. Controls: flipping the
wrong one fails, and so does δ without zeros. The post's line of three outputs is spelled out.
"""

from collections.abc import Callable

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch.nn.functional import conv1d

from convlab.figures import COLOURS, wrapped
from convlab.measure import (
    Answer,
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
)
from convlab.probes.exact import whole
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._gradient_names import DIFFERENCES, PLAIN, WAYS, WRONG_FLIP, ZEROS
from ._gradients import compare, layers

STRIDES = (1, 2, 3)
CASES, UNLIKE = "layers", "unlike autograd (%)"
SUM, BACKWARDS = "δ1·x1 + δ2·x2 + δ3·x3", "δ3·x1 + δ2·x2 + δ1·x3"
APART = "largest difference from autograd"


class Config(BaseModel):
    """How large the grid is."""

    model_config = FROZEN

    largest: int = Field(7, ge=5, le=9, description="pixels along an axis of an image")
    lines: int = Field(100, ge=1, le=10_000, description="draws of the post's line of inputs")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements, grid = Measurements(), list(layers(range(5, config.largest + 1)))
    generator = workbench.generator(Stream.DATA)
    found = [(layer, compare(layer, generator)) for layer in workbench.track("layers", grid)]
    for stride in STRIDES:
        of_stride = [ways for layer, ways in found if layer.stride == stride]
        for way in WAYS:
            share = 100 * sum(each[way] for each in of_stride) / len(of_stride)
            measurements.add(
                "Gradients of weights and input beside autograd's",
                {"stride": stride, "way": way},
                {CASES: exactly(len(of_stride)), UNLIKE: exactly(share)},
            )
    add_line(measurements, config.lines, workbench)
    return measurements


def add_line(measurements: Measurements, lines: int, workbench: Workbench) -> None:
    """The post's example: four inputs, a kernel of two weights, three outputs."""
    generator = workbench.generator(Stream.NOISE)
    x, w, delta = (whole((lines, 1, length), generator) for length in (4, 2, 3))
    w.requires_grad_()
    outputs = conv1d(x.movedim(0, 1), w, groups=lines).movedim(0, 1)  # a kernel for each line
    (of_w,) = torch.autograd.grad((outputs * delta).sum(), w)
    for by, each in ((SUM, delta), (BACKWARDS, delta.flip(2))):
        difference = of_w[..., 0] - (each * x[..., :3]).sum(-1)
        title = "The post's line of four inputs and three outputs: the gradient of w1"
        apart = exactly(float(difference.abs().max()))
        measurements.add(title, {"by": by}, {APART: apart})


def unlike(
    way: str, strides: tuple[int, ...], extreme: Callable[[list[float]], float]
) -> Quantity:
    """The share of layers with other gradients, at the stride where it is least, or greatest."""

    def share(measurements: Measurements) -> Sample:
        each = [measurements.get(UNLIKE, stride=stride, way=way).center for stride in strides]
        return exactly(extreme(each))

    among = " or ".join(map(str, strides))
    return Quantity(f"{extreme.__name__} unlike autograd, stride {among}, {way}", share, "%")


AUTOGRAD_RIGHT = Control(
    sentence="finite differences give autograd's gradients for every layer",
    of=unlike(DIFFERENCES, STRIDES, max),
    predicted=equal(0),
)
FLIP_MATTERS = Control(
    sentence="with the wrong one of the two flipped, most layers have other gradients",
    of=unlike(WRONG_FLIP, STRIDES, min),
    predicted=above(50),
)
ZEROS_MATTER = Control(
    sentence="without zeros between the numbers of δ, most layers of stride 2 or 3 differ",
    of=unlike(PLAIN, (2, 3), min),
    predicted=above(50),
)

CLAIMS = (
    Claim(
        id="C412",
        source="S4",
        sentence="Backpropagation, too, uses convolution: at stride 1 both gradients are such",
        of=at(UNLIKE, stride=1, way=PLAIN),
        predicted=equal(0),
        controls=(AUTOGRAD_RIGHT, FLIP_MATTERS),
        general=True,
        identity=True,
    ),
    Claim(
        id="C412r",
        source="S4",
        sentence="Backpropagation uses convolution at strides 1, 2 and 3, once stride − 1 zeros "
        "stand between the gradients of the outputs",
        of=unlike(ZEROS, STRIDES, max),
        predicted=equal(0),
        controls=(AUTOGRAD_RIGHT, FLIP_MATTERS, ZEROS_MATTER),
        general=True,
        identity=True,
    ),
    Claim(
        id="C412o1",
        source="ours",
        sentence="At strides 2 and 3, too, the gradients are convolutions with the gradients of "
        "the outputs as they are",
        of=unlike(PLAIN, (2, 3), min),
        predicted=equal(0),
        expected=Outcome.REFUTED,
        controls=(
            AUTOGRAD_RIGHT,
            Control(
                sentence="at stride 1 they are",
                of=at(UNLIKE, stride=1, way=PLAIN),
                predicted=equal(0),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C413",
        source="S4",
        sentence="The gradient of w1 is δ1·x1 + δ2·x2 + δ3·x3: the gradients from the loss act as "
        "a kernel on the inputs",
        of=at(APART, by=SUM),
        predicted=equal(0),
        controls=(
            Control(
                sentence="the gradients from the loss in reverse order give another number",
                of=at(APART, by=BACKWARDS),
                predicted=above(1),
            ),
        ),
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "Yes. The gradient of the weights is the input correlated with the gradient of the outputs, "
    "and that of the input a full convolution with the kernel, to the last bit, for all {layers} "
    "layers of stride 1 and as many of stride 2 and 3. From stride 2 on zeros must first stand "
    "between the gradients of the outputs: without them {without:.0f} % of the layers or more get "
    "other gradients.",
    layers=at(CASES, stride=1, way=ZEROS),
    without=unlike(PLAIN, (2, 3), min),
)


def draw(record: Record) -> dict[str, Figure]:
    figure = Figure(figsize=(8, 4.4), layout="constrained")
    axes = figure.subplots()
    for place, way in enumerate(WAYS):
        shares = [record.measurements.get(UNLIKE, stride=s, way=way).center for s in STRIDES]
        where = [stride + 0.2 * (place - 1.5) for stride in STRIDES]
        bars = axes.bar(where, shares, 0.18, color=COLOURS[place], label=way)
        axes.bar_label(bars, fmt="%.0f", fontsize=9)
    axes.set_xticks(STRIDES, [f"stride {stride}" for stride in STRIDES])
    axes.set_ylabel("layers whose gradients are not autograd's (%)")
    axes.set_ylim(0, 140)  # room for the legend
    axes.set_title(wrapped(record.finding("C412r"), 7))
    axes.legend(loc="upper left", ncols=2, fontsize=9)
    return {"backward": figure}
