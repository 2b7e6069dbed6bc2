"""What do two convolutions do without an activation between them that one cannot?

Nothing: they are one convolution with the kernel k1 * k2, of k1 + k2 - 1 pixels, which is checked
to the last bit for 28 combinations of sizes, with one channel and with several. If the
kernels are not flipped against each other, or if a ReLU stands between, the results must differ.
With zeros around each map they do differ at the border, where the second layer sees zeros.

What a ReLU adds is shown on a conjunction: a bar beside a dashed bar, and the class is which of
them is left. Without an activation two stages with a global mean see no more than the ink, which
is the same in both classes. With a dense layer they are one linear classifier, and on average a
motif at random places looks the same in both classes. A global maximum is not linear itself.
"""

from functools import partial

from matplotlib.figure import Figure
from torch import nn

from convlab.figures import side_by_side
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    above,
    at,
    equal,
    exactly,
    within,
)
from convlab.models import flat_head, maximum_head, mean_head
from convlab.record import Record
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._motif_names import ACCURACY, CHANCE, Motifs, farthest_from_chance
from ._motif_networks import Head, learn, right, stack
from ._stack_names import BORDER, IN_A_ROW, INTERIOR, UNFLIPPED, WITH_RELU
from ._stacked_kernels import differing

MISMATCHES = "numbers that differ from those of one kernel"
RELU, NONE = "ReLU, mean", "no activation, mean"
DENSE, MAXIMUM = "no activation, dense", "no activation, maximum"
ARMS: dict[str, tuple[type[nn.Module], Head]] = {
    RELU: (nn.ReLU, mean_head),
    NONE: (nn.Identity, mean_head),
    DENSE: (nn.Identity, flat_head),
    MAXIMUM: (nn.Identity, maximum_head),
}
COLUMNS = 2  # of the motif


class Config(Motifs):
    """How many networks of which size learn how many pairs of images for how long."""


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    for arm, number in differing(workbench.generator(Stream.DATA)).items():
        title = "Stacked convolutions beside one with their kernel, whole numbers"
        measurements.add(title, {"arm": arm}, {MISMATCHES: exactly(number)})
    for arm, (activation, head) in ARMS.items():
        build = partial(stack, (3, 3), config.channels, activation, head)
        networks = learn(workbench, arm, build, COLUMNS, config)
        found = {ACCURACY: right(networks, COLUMNS, workbench)}
        measurements.add("Two stages of 3 x 3 on new images of a motif", {"arm": arm}, found)
    return measurements


WITHOUT = farthest_from_chance({"arm": NONE})
OTHERWISE = (
    Control(
        sentence="kernels that are not flipped against each other give another result",
        of=at(MISMATCHES, arm=UNFLIPPED),
        predicted=above(1),
    ),
    Control(
        sentence="layers with a ReLU between them are not one kernel",
        of=at(MISMATCHES, arm=WITH_RELU),
        predicted=above(1),
    ),
)
LEARNS = Control(
    sentence="with a ReLU between them the same stages learn the motif",
    of=at(ACCURACY, arm=RELU),
    predicted=above(95),
)

CLAIMS = (
    Claim(
        id="C117",
        source="S1",
        sentence="With a ReLU behind each, two convolutional layers and a global mean can learn a "
        "conjunction of two parts: they tell more than 95 % of new images",
        of=at(ACCURACY, arm=RELU),
        predicted=above(95),
        controls=(
            Control(
                sentence="without a ReLU the same stages are right about one of each pair of "
                "images",
                of=WITHOUT,
                predicted=equal(0),
            ),
        ),
        blind=False,  # a trial had shown it
    ),
    Claim(
        id="C117o1",
        source="ours",
        sentence="Convolutions without an activation between them are one, with the kernel "
        "k1 * k2 of k1 + k2 - 1 pixels",
        of=at(MISMATCHES, arm=IN_A_ROW),
        predicted=equal(0),
        controls=OTHERWISE,
        general=True,
        identity=True,
    ),
    Claim(
        id="C117o2",
        source="ours",
        sentence="With zeros around each map, convolutions without an activation between them are "
        "one kernel wherever no window reaches over the edge",
        of=at(MISMATCHES, arm=INTERIOR),
        predicted=equal(0),
        controls=(
            Control(
                sentence="near the edge the layers give another result than one kernel",
                of=at(MISMATCHES, arm=BORDER),
                predicted=above(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C117o3",
        source="ours",
        sentence="Without an activation a dense layer behind two convolutions does not help: they "
        "guess at a motif at random places",
        of=at(ACCURACY, arm=DENSE),
        predicted=within(3, of=CHANCE),
        controls=(LEARNS,),
    ),
    Claim(
        id="C117o4",
        source="ours",
        sentence="A global maximum is an activation, too: with it two convolutions without ReLU "
        "tell more than 95 % of the motifs",
        of=at(ACCURACY, arm=MAXIMUM),
        predicted=above(95),
        controls=(LEARNS,),
        blind=False,  # a trial on another task had shown it
    ),
)

ANSWER = Answer(
    "None: they are one convolution with a larger kernel, to the last bit. With a global mean "
    "they are then right about {none:.0f} % of images of a conjunction, and with a dense layer "
    "about {dense:.0f} %; with a ReLU behind each it is {relu:.0f} %. A global maximum will do as "
    "the only non-linearity: {maximum:.0f} %.",
    none=at(ACCURACY, arm=NONE),
    dense=at(ACCURACY, arm=DENSE),
    relu=at(ACCURACY, arm=RELU),
    maximum=at(ACCURACY, arm=MAXIMUM),
)


def draw(record: Record) -> dict[str, Figure]:
    figure = side_by_side(
        record.measurements,
        (ACCURACY,),
        by="arm",
        title=record.finding("C117"),
        y="accuracy (%), mean and 95 % interval",
        levels={"guessing": CHANCE},
    )
    return {"conjunction": figure}
