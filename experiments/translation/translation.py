"""Does weight sharing make a network invariant to translation?

Networks learn digits on a canvas and are tested on other digits: in the lower half, and half a
canvas above, which is a multiple of every stride. Convolutions must follow that shift. Circular
ones with global max-pooling must return the same logits to the last bit, trained or not; zero
padding breaks this. A fully connected layer instead must guess where it was not trained, however
long it learns, as its weights for other places see no digit. Trained on all rows it must know the
digits everywhere, and yet change its mind about many when they move: weights for every place were
learned one by one. This network learns longer than the others; with half its steps, which is the
control, it must change its mind as often.
"""

from functools import partial

from matplotlib.figure import Figure
from pydantic import Field

from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Outcome,
    at,
    below,
    equal,
    paired,
    within,
)
from convlab.models import flat_head, maximum_head
from convlab.record import Record
from convlab.settings import Training
from convlab.train import Networks
from convlab.workbench import Workbench

from ._below_and_above import differences, errors_by_layer, right
from ._canvas import ABOVE, BELOW, CHANCE, ROWS, Learning, half_as_long
from ._canvas_networks import convolutions
from ._lifted_digits import held_out, learn, mean_of_seeds
from ._maps import rounded
from ._translation_controls import LEARNED_FLAT, ZEROS_DIFFER, steady
from ._translation_figures import of_a_pair, of_halves, of_layers
from ._translation_quantities import (
    ALL_ROWS,
    APART,
    CHANGED,
    ERROR,
    FLAT,
    HALF,
    HALVES,
    MOVED,
    POOLED,
    SECOND,
    SOFTMAX,
    ZEROS,
    at_most,
)


class Config(Learning):
    """How many networks of which size learn for how long."""

    all_rows: Training = Field(
        Training(steps=2000, batch=64, lr=0.005, schedule="cosine"),
        description="of the networks that see digits on all rows",
    )


pooled, flat = (partial(convolutions, head) for head in (maximum_head, flat_head))
LOW = {POOLED: pooled, ZEROS: partial(pooled, padding="zeros"), FLAT: flat}


def measure(config: Config, workbench: Workbench) -> Measurements:
    digits, measurements = held_out(workbench, config.seeds), Measurements()
    networks, shifts = learned(config, workbench), []  # of an accuracy, by rounding
    exact = {arm: rounded(each) for arm, each in networks.items()}
    for arm in (*LOW, ALL_ROWS):
        trained, other = (right(each[arm], digits) for each in (networks, exact))
        title = "Accuracy on digits in the lower half, and half a canvas above"
        low, high = map(mean_of_seeds, trained)
        measurements.add(title, {"arm": arm}, {BELOW: low, ABOVE: high})
        shifts.append(float((trained - other).abs().max()))
    for arm, each in exact.items():
        title = "The same digit below and above: its class, its probability and its logits"
        measurements.add(title, {"arm": arm}, differences(each, digits))
    title = (
        "Layer by layer, when the digit moves: maps that should follow, answers that should stay"
    )
    for arm in (POOLED, ALL_ROWS, HALF):
        for layer, errors in errors_by_layer(exact[arm], digits).items():
            measurements.add(title, {"arm": arm, "layer": layer}, {ERROR: mean_of_seeds(errors)})
    measurements.notes.append(
        "what the networks make of a digit below and above is compared with their weights "
        "rounded to 1/256, so that sums are exact; accuracies are of the trained weights, from "
        f"which rounding moves them by up to {max(shifts):.1f} points"
    )
    examples = (x[0, 0, 0].numpy() for x in (digits.below, digits.above))
    measurements.arrays.update(zip(HALVES, examples, strict=True))
    return measurements


def learned(config: Config, workbench: Workbench) -> dict[str, Networks]:
    """By arm; the networks of all rows learn longer, and half as long."""
    networks = {arm: learn(workbench, arm, build, config) for arm, build in LOW.items()}
    for arm, training in ((ALL_ROWS, config.all_rows), (HALF, half_as_long(config.all_rows))):
        networks[arm] = learn(workbench, arm, flat, config, rows=ROWS, training=training)
    return networks


CLAIMS = (
    Claim(  # at its most favourable: the network saw digits at every place
        id="C316",
        source="S3",
        sentence="Convolution and weight sharing make a CNN invariant to translation: trained "
        "everywhere, it gives a digit the same class wherever it stands",
        of=at(CHANGED, arm=ALL_ROWS),
        predicted=below(5),
        expected=Outcome.REFUTED,
        controls=steady(lambda arm: at(CHANGED, arm=arm), 5),
        blind=False,
    ),
    Claim(
        id="C316o1",
        source="ours",
        sentence="Convolution and weight sharing let a CNN know above what it learned below",
        of=paired(at(BELOW, arm=FLAT), at(ABOVE, arm=FLAT)),
        predicted=within(5, of=0),
        expected=Outcome.REFUTED,
        controls=LEARNED_FLAT,
        blind=False,
    ),
    Claim(
        id="C316r",
        source="S3",
        sentence="Circular convolutions and global max-pooling make a CNN invariant to "
        "translation: no logit differs",
        of=at_most(APART, POOLED),
        predicted=equal(0),
        controls=(ZEROS_DIFFER,),
        general=True,
        identity=True,
    ),
    Claim(
        id="C318",
        source="S3",
        sentence="Convolutions are equivariant, and a fully connected layer and softmax turn this "
        "into invariance",
        of=at(ERROR, arm=ALL_ROWS, layer=SOFTMAX),
        predicted=below(0.05),
        expected=Outcome.REFUTED,
        controls=(
            Control(
                sentence="up to the last convolution, the maps follow the digit exactly",
                of=at(ERROR, arm=ALL_ROWS, layer=SECOND),
                predicted=equal(0),
            ),
            *steady(lambda arm: at(ERROR, arm=arm, layer=SOFTMAX), 0.1),
        ),
        blind=False,
    ),
    Claim(
        id="C318r",
        source="S3",
        sentence="A fully connected layer guesses at places where it was not trained",
        of=at(ABOVE, arm=FLAT),
        predicted=within(3, of=CHANCE),
        controls=LEARNED_FLAT,
        blind=False,
    ),
    Claim(
        id="C319",
        source="S3",
        sentence="A class is equally probable wherever its object stands",
        of=at(MOVED, arm=ALL_ROWS),
        predicted=below(5),
        expected=Outcome.REFUTED,
        controls=steady(lambda arm: at(MOVED, arm=arm), 5),
        blind=False,
    ),
    Claim(
        id="C319r",
        source="S3",
        sentence="With circular convolutions and global max-pooling, a class is equally probable "
        "wherever its object stands",
        of=at_most(MOVED, POOLED),
        predicted=equal(0),
        controls=(ZEROS_DIFFER,),
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "No. A shared kernel finds a digit wherever it stands, but the fully connected layer behind "
    "it does not: trained below, it is right about {above:.0f} % of the digits above, which is "
    "guessing. Even trained everywhere it gives {changed:.0f} % of the digits another class when "
    "they move. Global max-pooling after circular convolutions is what makes it exact: no logit "
    "differs.",
    above=at(ABOVE, arm=FLAT),
    changed=at(CHANGED, arm=ALL_ROWS),
)


def draw(record: Record) -> dict[str, Figure]:
    return {
        "halves": of_halves(record, record.finding("C318r")),
        "layers": of_layers(record, record.finding("C318")),
        "pair": of_a_pair(record),
    }
