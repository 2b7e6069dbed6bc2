"""What does a larger feature map buy, and what does it cost?

The stride of the first layer, 1, 2 or 4, sets the size of all maps, 16, 8 or 4 pixels along a
side; the parameters stay the same, for the answers are pooled over all positions. Its kernel is of
3 x 3 or 5 x 5 pixels. In one task an upright line is broken, its lower half a pixel to the left or
to the right; in the other, the control, a bar lies or stands.

Predicted: the cost of the convolutions grows as the number of positions, 16 times from the
smallest map to the largest; the detail is seen better on the large map, and the bar as well on the
small one. At stride 2 windows of 3 x 3 pixels still overlap, so that each detail of 2 x 2 pixels
lies whole in one of them: little is lost for a quarter of the cost. Control: twice the steps do
not bring the small map up. That the map of 4 x 4 sees the detail as well where its windows are of
5 x 5 pixels and leave no gaps was not predicted.
"""

from functools import partial
from itertools import product

from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Sample,
    above,
    at,
    equal,
    over,
    paired,
    within,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds, Training
from convlab.workbench import Workbench

from ._detail import SIDE, coarse_shape, counts, fine_detail, network
from ._mapdetail_figure import by_cost
from ._mapdetail_quantities import (
    COARSE,
    FINE,
    KERNELS,
    PARAMETERS,
    RIGHT,
    STRIDES,
    TWICE,
    adds,
    right,
)
from ._pooled_networks import learn


class Config(BaseModel):
    """How many networks of which width learn from how many images."""

    model_config = FROZEN

    seeds: Seeds = Field(8, description="networks per arm and task, with images of their own")
    examples: int = Field(1000, ge=2, le=100_000, description="images that a network learns from")
    channels: int = Field(4, ge=1, le=256, description="of the first layer; the second has twice")
    training: Training = Training(steps=400, batch=32, lr=0.02, schedule="cosine")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    for task, kernel, stride in product((FINE, COARSE), KERNELS, STRIDES):
        scores = {RIGHT: learned(task, kernel, stride, config, config.training, workbench)}
        factors = {"task": task, "kernel": kernel, "stride": stride, "map": SIDE // stride}
        measurements.add("Accuracy on new images", factors, scores)
    for kernel, stride in product(KERNELS, STRIDES):
        factors = {"kernel": kernel, "stride": stride}
        costs = counts(kernel, stride, config.channels)
        measurements.add("Cost of both convolutions, per image", factors, costs)
    more = config.training.model_copy(update={"steps": 2 * config.training.steps})
    twice = {TWICE: learned(FINE, 3, 4, config, more, workbench)}
    measurements.add("Trained for twice the steps", {"kernel": 3, "stride": 4}, twice)
    return measurements


def learned(
    task: str, kernel: int, stride: int, config: Config, training: Training, workbench: Workbench
) -> Sample:
    draw = partial(fine_detail if task == FINE else coarse_shape, config.examples)
    build = partial(network, kernel, stride, config.channels)
    name = f"{task}, {kernel} x {kernel}, stride {stride}"
    return learn(workbench, name, build, draw, seeds=config.seeds, training=training)


BAR_SEEN = Control(
    sentence="on the smallest map the bar is seen as well as on the largest, to three points",
    of=paired(right(COARSE, 1), right(COARSE, 4)),
    predicted=within(3, of=0),
)
TRAINED_ENOUGH = Control(
    sentence="after twice the steps the smallest map is still behind",
    of=paired(right(FINE, 1), at(TWICE, kernel=3, stride=4)),
    predicted=above(0),
)

CLAIMS = (
    Claim(
        id="C110",
        source="S1",
        sentence="Larger feature maps analyse images better and can express the details of "
        "features: a detail of one pixel is seen in at least five points more of the images on a "
        "map of 16 x 16 than on one of 4 x 4",
        of=paired(right(FINE, 1), right(FINE, 4)),
        predicted=above(5),
        controls=(BAR_SEEN, TRAINED_ENOUGH),
    ),
    Claim(
        id="C110r",
        source="S1",
        sentence="The computation grows very large with the map: from 4 x 4 to 16 x 16 positions "
        "the convolutions take 16 times the multiply-adds, with as many parameters",
        of=over(adds(1), adds(4)),
        predicted=equal(16),
        controls=(
            Control(
                sentence="the parameters are as many",
                of=over(at(PARAMETERS, kernel=3, stride=1), at(PARAMETERS, kernel=3, stride=4)),
                predicted=equal(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C110o1",
        source="ours",
        sentence="Where the classes differ in the large, a map of 16 x 16 sees them no better "
        "than one of 4 x 4, to three points",
        of=paired(right(COARSE, 1), right(COARSE, 4)),
        predicted=within(3, of=0),
        controls=(
            Control(
                sentence="nine in ten bars are named right on the smallest map",
                of=right(COARSE, 4),
                predicted=above(90),
            ),
        ),
    ),
    Claim(
        id="C110o2",
        source="ours",
        sentence="Gaps between windows lose the detail, not the size of the map: on a map of 4 x "
        "4 whose windows of 5 x 5 pixels overlap, more than 95 % of the images are named right",
        of=right(FINE, 4, kernel=5),
        predicted=above(95),
        controls=(
            Control(
                sentence="with windows of 3 x 3 pixels, which leave gaps, fewer are named right",
                of=paired(right(FINE, 4, kernel=5), right(FINE, 4)),
                predicted=above(0),
            ),
        ),
        blind=False,
    ),
    Claim(
        id="C112",
        source="S1",
        sentence="Kernel and stride balance computation against accuracy: of the fine detail, the "
        "dearest setting sees at least five points more than the cheapest",
        of=paired(right(FINE, 1, kernel=5), right(FINE, 4)),
        predicted=above(5),
        controls=(
            TRAINED_ENOUGH,
            Control(
                sentence="the dearest setting takes more than 16 times the multiply-adds",
                of=over(adds(1, kernel=5), adds(4)),
                predicted=above(16),
            ),
        ),
    ),
    Claim(
        id="C112o1",
        source="ours",
        sentence="A stride of 2 takes a quarter of the multiply-adds and loses less than five "
        "points of the fine detail, since windows of 3 x 3 pixels still overlap",
        of=paired(right(FINE, 2), right(FINE, 1)),
        predicted=above(-5),
        controls=(
            Control(
                sentence="a stride of 2 takes a quarter of the multiply-adds",
                of=over(adds(2), adds(1)),
                predicted=equal(1 / 4),
            ),
            TRAINED_ENOUGH,
        ),
    ),
)

ANSWER = Answer(
    "Detail, where the small map's windows leave gaps, for a cost that grows as the number of "
    "positions. A detail of one pixel is seen in {large:.0f} % of the images on a map of 16 x 16, "
    "in {middle:.0f} % on one of 8 x 8, and in {small:.0f} % on one of 4 x 4, a sixteenth of the "
    "cost; but there in {wide:.0f} % with windows of 5 x 5 pixels, which overlap. Whether a bar "
    "lies or stands is seen in {bar:.0f} % on the smallest map.",
    large=right(FINE, 1),
    middle=right(FINE, 2),
    small=right(FINE, 4),
    wide=right(FINE, 4, kernel=5),
    bar=right(COARSE, 4),
)


def draw(record: Record) -> dict[str, Figure]:
    return {"pareto": by_cost(record)}
