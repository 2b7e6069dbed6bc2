"""Do deeper convolutions see more complex features?

An image shows a bar and a dashed bar some columns apart, and the class is which of them is left.
Stages of 3 x 3 convolution and ReLU are followed by a global mean and a linear layer. A window
narrower than the motif never sees both parts, and images of the two classes come in pairs that
have the same bag of such windows (`_motif_images.py` proves it, and here the windows are counted).
So a stage too few is right about one image of each pair, whatever its weights. With n stages the
receptive field is 2 n + 1 pixels: motifs of 2, 4 and 6 columns need one, two and three.

Three controls for "deeper": a single stage of 7 x 7 kernels has the receptive field of the three;
three stages without ReLU have their depth; and on a motif that it covers one stage must be right.
A trial of an earlier form had shown that networks learn what no proof forbids; with 200 steps
instead of 300 one of eight networks of three stages was at 79 %.
"""

from collections.abc import Sequence
from functools import partial

from matplotlib.figure import Figure
from torch import nn

from convlab.figures import lines, points
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    above,
    at,
    equal,
    exactly,
    paired,
)
from convlab.record import Record
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._motif_images import paired_images, windows_not_shared
from ._motif_names import ACCURACY, CHANCE, Motifs, farthest_from_chance
from ._motif_networks import learn, right, stack

ONE, TWO, THREE = "1 stage of 3 x 3", "2 stages of 3 x 3", "3 stages of 3 x 3"
WIDE, LINEAR = "1 stage of 7 x 7", "3 stages without ReLU"
COLUMNS = (2, 4, 6)  # of the motifs: what 1, 2 and 3 stages see and fewer do not
TOO_FEW = tuple({"arm": arm, "motif": columns} for arm, columns in ((ONE, 4), (ONE, 6), (TWO, 6)))
ARMS: dict[str, tuple[tuple[int, ...], type[nn.Module], Sequence[int]]] = {
    ONE: ((3,), nn.ReLU, COLUMNS),
    TWO: ((3, 3), nn.ReLU, COLUMNS[1:]),
    THREE: ((3, 3, 3), nn.ReLU, COLUMNS[2:]),
    WIDE: ((7,), nn.ReLU, COLUMNS[-1:]),
    LINEAR: ((3, 3, 3), nn.Identity, COLUMNS[-1:]),
}
NOT_SHARED = "windows that partners do not share"
COUNTED = 20  # pairs whose windows are counted


class Config(Motifs):
    """How many networks of which size learn how many pairs of images for how long."""


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    for window in (3, 5, 7):
        for columns in COLUMNS:
            data = paired_images(COUNTED, columns, workbench.generator(Stream.DATA))
            counted = {NOT_SHARED: exactly(windows_not_shared(data, window))}
            title = "Windows that an image has and its partner lacks"
            measurements.add(title, {"window": window, "motif": columns}, counted)
    for arm, (kernels, activation, seen) in ARMS.items():
        build = partial(stack, kernels, config.channels, activation)
        for columns in seen:
            networks = learn(workbench, f"{arm}, {columns} columns", build, columns, config)
            found = {ACCURACY: right(networks, columns, workbench)}
            title = "Accuracy on new images, by the columns of the motif"
            measurements.add(title, {"arm": arm, "motif": columns}, found)
    return measurements


ONE_TELLS = Control(
    sentence="one stage of 3 x 3 is right about motifs of 2 columns",
    of=at(ACCURACY, arm=ONE, motif=2),
    predicted=above(95),
)
TWO_TELL = Control(
    sentence="two stages of 3 x 3 are right about motifs of 4 columns",
    of=at(ACCURACY, arm=TWO, motif=4),
    predicted=above(95),
)
THREE_TELL = Control(
    sentence="three stages of 3 x 3 are right about motifs of 6 columns",
    of=at(ACCURACY, arm=THREE, motif=6),
    predicted=above(95),
)
SAME_3 = Control(
    sentence="the bags of 3 x 3 windows are the same, as counted, at 4 columns",
    of=at(NOT_SHARED, window=3, motif=4),
    predicted=equal(0),
)
SAME_5 = Control(
    sentence="the bags of 5 x 5 windows are the same, as counted, at 6 columns",
    of=at(NOT_SHARED, window=5, motif=6),
    predicted=equal(0),
)
OTHER_5 = Control(
    sentence="the bags of 5 x 5 windows differ at 4 columns",
    of=at(NOT_SHARED, window=5, motif=4),
    predicted=above(1),
)
OTHER_7 = Control(
    sentence="the bags of 7 x 7 windows differ at 6 columns",
    of=at(NOT_SHARED, window=7, motif=6),
    predicted=above(1),
)
GUESSES = (
    Control(
        sentence="a stage too few guesses", of=farthest_from_chance(*TOO_FEW), predicted=equal(0)
    ),
)

CLAIMS = (
    Claim(
        id="C107",
        source="S1",
        sentence="The deeper the convolutions, the more complex the features that can be "
        "processed: a third stage of 3 x 3 kernels adds 40 percentage points where two guess",
        of=paired(at(ACCURACY, arm=THREE, motif=6), at(ACCURACY, arm=TWO, motif=6)),
        predicted=above(40),
        controls=(*GUESSES, TWO_TELL, ONE_TELLS),
        blind=False,
    ),
    Claim(
        id="C107o1",
        source="ours",
        sentence="Stages whose receptive field is narrower than the motif guess: a pair has the "
        "same windows, in other places",
        of=farthest_from_chance(*TOO_FEW),
        predicted=equal(0),
        controls=(SAME_3, SAME_5, OTHER_5),
        general=True,
        identity=True,
    ),
    Claim(
        id="C107o2",
        source="ours",
        sentence="For the same receptive field depth is not needed: one stage of 7 x 7 kernels "
        "tells more than 95 % of the motifs that three stages of 3 x 3 tell",
        of=at(ACCURACY, arm=WIDE, motif=6),
        predicted=above(95),
        controls=(*GUESSES, THREE_TELL),
        blind=False,
    ),
    Claim(
        id="C107o3",
        source="ours",
        sentence="Without an activation depth adds nothing here: three stages see the motif and "
        "guess",
        of=farthest_from_chance({"arm": LINEAR, "motif": 6}),
        predicted=equal(0),
        controls=(OTHER_7,),
        general=True,
        identity=True,
    ),
    Claim(
        id="C102",
        source="S1",
        sentence="The convolutional layer of a CNN detects local patterns: with a global mean and "
        "a dense layer behind it, one of 3 x 3 kernels tells more than 95 % of those of 2 columns",
        of=at(ACCURACY, arm=ONE, motif=2),
        predicted=above(95),
        controls=GUESSES,  # what is not local to its windows, it does not see
        blind=False,
    ),
)

ANSWER = Answer(
    "Yes, because they see more at once, and with an activation. Two stages of 3 x 3 are right "
    "about {two:.0f} % of motifs of 4 columns and three about {three:.0f} % of those of 6, a "
    "stage fewer about {few:.0f} %: its windows hold the same in both classes. But one stage of "
    "7 x 7 is right about {wide:.0f} % of the latter, three without ReLU about {linear:.0f} %.",
    two=at(ACCURACY, arm=TWO, motif=4),
    three=at(ACCURACY, arm=THREE, motif=6),
    few=at(ACCURACY, arm=TWO, motif=6),
    wide=at(ACCURACY, arm=WIDE, motif=6),
    linear=at(ACCURACY, arm=LINEAR, motif=6),
)


def draw(record: Record) -> dict[str, Figure]:
    get, series = record.measurements.get, {}
    for place, (arm, (_, _, seen)) in enumerate(ARMS.items()):
        aside = 0.08 * (place - 2)  # so that equal points do not hide each other
        found = {columns + aside: get(ACCURACY, arm=arm, motif=columns) for columns in seen}
        series[arm] = points(found)
    figure = lines(
        series,
        title=record.finding("C107o1"),
        x="columns of the motif",
        y="accuracy (%), mean and 95 % interval",
        levels={"guessing": CHANCE},
    )
    figure.axes[0].set_xticks(COLUMNS)
    figure.axes[0].legend(loc="center left", fontsize=9)
    return {"motifs": figure}
