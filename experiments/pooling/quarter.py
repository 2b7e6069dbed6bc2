"""Does pooling save computation, and keep what matters?

Networks of two convolutions learn digits; between the two, the map is left as it is, or each
window of 2 x 2 pixels becomes one by its maximum, by its mean, or by one pixel of the four; or the
whole map becomes one mean. What follows a pool of 2 x 2 pixels costs a quarter, exactly.
Predicted: behind the maximum not more than two points of accuracy are lost. Every seed has a split
of the digits of its own. Controls: the network without a pool has learned the digits, and where
the whole map becomes one mean, a lot is lost, so that the digits show what pooling could destroy.
Whether the maximum keeps more than one pixel of four does is open.
"""

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.cost import cost
from convlab.figures import lines, points
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    above,
    at,
    below,
    equal,
    exactly,
    over,
    paired,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds, Training
from convlab.workbench import Workbench

from ._pooled import AVERAGE, MAX, NONE
from ._pooled_networks import DIGIT, learn_digits, two_layers
from ._pooling_names import ALL, EVERY_SECOND

ARMS = (NONE, MAX, AVERAGE, EVERY_SECOND, ALL)
ASIDE = {MAX: -2000, EVERY_SECOND: 2000}  # of points that cost the same, in the figure
RIGHT, BEHIND = "digits right (%)", "multiply-adds behind the pool"


class Config(BaseModel):
    """How many networks of which width learn for how long."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="splits of the digits, with a network per arm each")
    channels: int = Field(8, ge=1, le=256, description="of the first layer")
    training: Training = Training(steps=400, batch=64, lr=0.01, schedule="cosine")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    for arm in ARMS:
        right = learn_digits(
            workbench,
            arm,
            (arm, NONE),
            channels=config.channels,
            seeds=config.seeds,
            training=config.training,
        )
        quantities = {RIGHT: right, BEHIND: exactly(multiply_adds(arm, config.channels))}
        measurements.add("Digits by what stands between two layers", {"arm": arm}, quantities)
    return measurements


def multiply_adds(arm: str, channels: int) -> int:
    """Those of all that follows the pool, for one digit."""
    counted = cost(two_layers((arm, NONE), channels), torch.zeros(1, 1, DIGIT, DIGIT))
    _first, *others = (layer for layer in counted.layers if layer.parameters)
    return sum(layer.multiply_adds for layer in others)


LOST = Control(
    sentence="where the whole map becomes one mean, more than ten points are lost",
    of=paired(at(RIGHT, arm=ALL), at(RIGHT, arm=NONE)),
    predicted=below(-10),
)
LEARNED = Control(
    sentence="without a pool nine in ten digits are right",
    of=at(RIGHT, arm=NONE),
    predicted=above(90),
)

# Of a network with two pools a trial had shown 98 % after 300 steps; of none without a pool.
CLAIMS = (
    Claim(
        id="C123",
        source="S1",
        sentence="Pooling reduces the spatial size and the cost of computation while the "
        "important features are extracted: behind a maximum less than two points of the digits "
        "are lost",
        of=paired(at(RIGHT, arm=MAX), at(RIGHT, arm=NONE)),
        predicted=above(-2),
        controls=(
            LEARNED,
            LOST,
            Control(
                sentence="what follows the pool takes fewer multiply-adds",
                of=over(at(BEHIND, arm=MAX), at(BEHIND, arm=NONE)),
                predicted=below(0.3),
            ),
        ),
    ),
    Claim(
        id="C123r",
        source="S1",
        sentence="What follows a pool of 2 x 2 pixels takes a quarter of the multiply-adds",
        of=over(at(BEHIND, arm=MAX), at(BEHIND, arm=NONE)),
        predicted=equal(0.25),
        controls=(
            Control(
                sentence="behind one mean of the whole map it takes one in 64",
                of=over(at(BEHIND, arm=ALL), at(BEHIND, arm=NONE)),
                predicted=equal(1 / 64),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C123o1",
        source="ours",
        sentence="Behind max-pooling more digits are right than behind one pixel of every four",
        of=paired(at(RIGHT, arm=MAX), at(RIGHT, arm=EVERY_SECOND)),
        predicted=above(0),
        expected=None,
        controls=(LEARNED, LOST),
    ),
)

ANSWER = Answer(
    "Yes. Behind max-pooling of 2 x 2 pixels what follows takes {share:.0%} of the multiply-adds, "
    "and {pooled:.1f} % of the digits are right, without a pool {whole:.1f} %; behind one pixel "
    "of every four it is {pixel:.1f} %, and behind one mean of the whole map {mean:.0f} %.",
    share=over(at(BEHIND, arm=MAX), at(BEHIND, arm=NONE)),
    pooled=at(RIGHT, arm=MAX),
    whole=at(RIGHT, arm=NONE),
    pixel=at(RIGHT, arm=EVERY_SECOND),
    mean=at(RIGHT, arm=ALL),
)


def draw(record: Record) -> dict[str, Figure]:
    series = {}
    for arm in ARMS:
        place = record.measurements.get(BEHIND, arm=arm).center + ASIDE.get(arm, 0)
        series[arm] = points({place: record.measurements.get(RIGHT, arm=arm)})
    figure = lines(
        series,
        title=record.finding("C123"),
        x=f"{BEHIND} (three arms cost the same, and stand beside each other)",
        y=f"{RIGHT}; bars: 95 % intervals",
    )
    figure.axes[0].legend(fontsize=9, loc="lower right")
    return {"quarter": figure}
