"""Does a network that learned digits in one place answer the same when they move?

Seven cells of the grid of `downsampling` learn digits in the middle of a canvas; held-out digits
are then moved by up to 4 pixels, where none reaches over the border. Consistency is the share of
pairs of places with the same class. A classifier that always gives one class has all of it, so
accuracy stands beside. Predicted: with circular padding, adaptive polyphase sampling and a global
head every logit stays, as it does untrained (what that costs is asked in `price`); blur pooling is
more consistent than strides; a usual CNN (zeros, max-pooling, flattened) loses digits that move,
and its maps cease to follow a shift by one pixel where they are halved first. Controls: the usual
CNN trained on digits everywhere, half the steps, and a network that halves nothing.
"""

from functools import partial

from matplotlib.figure import Figure

from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    above,
    at,
    equal,
    most,
    paired,
    within,
)
from convlab.record import Record
from convlab.workbench import Workbench

from ._centred_digits import SHIFTS, held_out, learn, over_splits
from ._consistency_answers import compared, one_class
from ._consistency_figure import of_layers, of_tradeoff
from ._consistency_names import (
    ARMS,
    BLURRED,
    CENTRED,
    CHANGE,
    CONSTANT,
    ERROR,
    EVERYWHERE,
    HALF,
    MOVED,
    SAME,
    SAMPLED,
    SAMPLED_MEAN,
    STRIDES,
    UNHALVED,
    Learning,
    of,
)
from ._grid import USUAL, named
from ._layer_errors import errors_of_layers
from ._maps import rounded
from ._under_shifts import answers


class Config(Learning):
    """How many networks of which size learn digits, and for how long."""


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements, digits = Measurements(), held_out(workbench, config)
    networks = {name: rounded(learn(workbench, name, arm, config)) for name, arm in ARMS.items()}
    logits = {
        arm: answers(partial(n.predict, own=True), digits.x, SHIFTS) for arm, n in networks.items()
    }
    for arm, each in (*logits.items(), (CONSTANT, one_class(digits))):
        title = "Held-out digits in the middle, and moved by 1 to 4 pixels"
        measurements.add(title, {"arm": arm}, compared(each, digits))
    for arm in map(named, (USUAL, UNHALVED)):
        for layer, errors in errors_of_layers(networks[arm], digits.x).items():
            title = "Layer by layer, when digits move by one pixel: maps that should follow"
            measurements.add(title, {"arm": arm, "layer": layer}, {ERROR: over_splits(errors)})
    measurements.notes.append("weights are rounded to 1/256, so that all sums are exact")
    return measurements


# A first run, of 150 steps of 64 digits and 8 channels, left two controls of C319o6 undecided:
# trained everywhere, 72 % of the moved digits were right, not 75, and half the steps cost 3.5
# points [1.3, 5.7], not within 5. Both bounds were widened then; here they are as they had first
# been written. With 16 channels and 500 or 1200 steps of 32 digits the first was still undecided,
# 79 % [59, 99] and 84 % [59, 109]: one or two networks of six had lost most of their units. So it
# went, by the loss in training, with some of twelve other seeds, at lr 0.01; at 0.005 and from
# weights that keep the size of the maps, the loss of all twelve was at 0.1 to 0.2 after 600 steps.
EXACT = tuple(map(named, (SAMPLED, SAMPLED_MEAN, UNHALVED)))
USUAL_CHANGES = Control(
    sentence="the logits of a usual CNN change", of=of(CHANGE, USUAL), predicted=above(0.001)
)
CLAIMS = (
    Claim(
        id="C319o5",
        source="ours",
        sentence="A class is equally probable wherever its object stands if the trained network "
        "has circular padding, a global head and adaptive polyphase sampling, or halves nothing",
        of=most(CHANGE, "arm", EXACT),
        predicted=equal(0),
        controls=(USUAL_CHANGES,),
        general=True,
        identity=True,
    ),
    Claim(
        id="C319o6",
        source="ours",
        sentence="A usual CNN that learned digits in the middle is right about at least 10 points "
        "fewer when they are moved by 1 to 4 pixels",
        of=paired(of(CENTRED, USUAL), of(MOVED, USUAL)),
        predicted=above(10),
        controls=(
            Control(
                sentence="in the middle, the usual CNN knows the digits",
                of=of(CENTRED, USUAL),
                predicted=above(85),
            ),
            Control(
                sentence="trained on digits everywhere, it knows those that are moved",
                of=of(MOVED, EVERYWHERE),
                predicted=above(75),
            ),
            Control(
                sentence="half the steps teach it nearly the same",
                of=paired(of(CENTRED, HALF), of(CENTRED, USUAL)),
                predicted=within(5, of=0),
            ),
        ),
        blind=False,
    ),
    Claim(
        id="C312o8",
        source="ours",
        sentence="Trained, blur pooling gives the same class to more pairs of places than strides",
        of=paired(of(SAME, BLURRED), of(SAME, STRIDES)),
        predicted=above(0),
        blind=False,
        controls=(
            Control(
                sentence="where nothing is halved all pairs have the same class",
                of=of(SAME, UNHALVED),
                predicted=above(100),
            ),
        ),
    ),
    Claim(
        id="C318o1",
        source="ours",
        sentence="In a trained usual CNN, maps follow a shift by one pixel as far as the first "
        "pooling",
        of=at(ERROR, arm=named(USUAL), layer="ReLU 1"),
        predicted=equal(0),
        controls=(USUAL_CHANGES,),
        identity=True,
        general=True,
    ),
    Claim(
        id="C318o2",
        source="ours",
        sentence="In a trained usual CNN, the map of the last convolution misses a shift by one "
        "pixel by a tenth or more",
        of=at(ERROR, arm=named(USUAL), layer="convolution 2"),
        predicted=above(0.1),
        blind=False,
        controls=(
            Control(
                sentence="where nothing is halved the last convolution follows",
                of=at(ERROR, arm=named(UNHALVED), layer="convolution 2"),
                predicted=equal(0),
            ),
        ),
    ),
)

ANSWER = Answer(
    "Only if it is built so. A usual CNN that knows {usual:.0f} % of the digits in the middle is "
    "right about {moved:.0f} % when they are moved by 1 to 4 pixels: equivariance ends with its "
    "first pooling. With circular padding, a global maximum and adaptive polyphase sampling no "
    "logit changes, and {sampled:.0f} % are right. Consistency alone says nothing: to give always "
    "one class is 100 % consistent, and {constant:.0f} % right.",
    usual=of(CENTRED, USUAL),
    moved=of(MOVED, USUAL),
    sampled=of(CENTRED, SAMPLED),
    constant=of(CENTRED, CONSTANT),
)


def draw(record: Record) -> dict[str, Figure]:
    return {
        "consistency": of_tradeoff(record, record.finding("C319o5")),
        "layers": of_layers(record, record.finding("C318o2")),
    }
