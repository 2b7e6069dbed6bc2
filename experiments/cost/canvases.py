"""Does a CNN that takes images of every size also say the same of them?

Networks of two convolutions learn digits in the middle of black canvases of 16 x 16 pixels, and
see the digits of others on larger ones. Predicted: under a global maximum every logit stays, for
more of the same background adds no new value. A global mean divides by the area: where no layer
has a bias, the background is 0, every logit falls by the ratio of the areas, and the class stays;
with biases the background has values of its own, in which the mean drowns the digit. So what a
CNN says at another size depends on its end. Controls: each law fails where it should, and all
networks recognise digits at the size that they learned. An MLP takes no other size (`sizes`).
"""

from matplotlib.figure import Figure

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
    below,
    equal,
    paired,
)
from convlab.record import Record
from convlab.workbench import Workbench

from ._canvas_names import BIASLESS, LEARNED, MAXIMUM, MEAN, MOVED, OFF, SCORE, Learning
from ._on_canvases import compared, held_out, learn, logits


class Config(Learning):
    """The networks, and the canvases that they see after their training."""


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    x, y = held_out(workbench, config.seeds, config.tested_on)
    for arm in (MAXIMUM, MEAN, BIASLESS):
        networks = learn(arm, config, workbench)
        learned = logits(networks, x, LEARNED)
        for side in workbench.track(f"{arm}, canvases", config.sides):
            measurements.add(
                "Digits in the middle of canvases, by side in pixels",
                {"arm": arm, "side": side},
                compared(learned, logits(networks, x, side), y, (LEARNED / side) ** 2),
            )
    return measurements


def on_the_largest(name: str, arm: str) -> Quantity:
    """On the largest of the canvases that were tried."""

    def found(measurements: Measurements) -> Sample:
        side = max(int(row.factors["side"]) for row in measurements.rows)
        return measurements.get(name, arm=arm, side=side)

    said, _, unit = name.partition(" (")
    return Quantity(f"{said}, {arm}, largest canvas", found, unit.rstrip(")"))


# A first run taught networks with a mean at three times the lr of the others, from torch's first
# weights, by which a mean is small: not all of them learned, 78 % [49, 107] of the digits were
# right, not 80, and C003o4 stayed undecided at 53 points [29, 76]. Pilots of other seeds, which
# looked at the loss in training alone, found why: at that lr the loss of four networks ended at
# 0.3, 0.9, 1.5 and 2.3, the last not better than guessing, and at lr 0.01 at 1.0 to 1.4; with
# first weights that keep the size of the maps it ends at 0.5 to 0.7 after 400 steps of 32 digits,
# and at 0.2 to 0.3 after 800. So all arms now learn from such weights, at one lr, for so long.
# With biases that were 0 at first all learned as well, and lost 50 points [20, 81], undecided; the
# claim is about biases, which are drawn as torch draws them here, as in the first run.
LEARNED_WELL = Control(
    sentence="on canvases as they were learned, a network with a global mean recognises digits",
    of=at(SCORE, arm=MEAN, side=LEARNED),
    predicted=above(80),
)

CLAIMS = (
    Claim(
        id="C003o2",
        source="ours",
        sentence="A CNN with a global maximum gives a digit the same logits on a larger black "
        "canvas",
        of=on_the_largest(MOVED, MAXIMUM),
        predicted=below(1e-9),
        general=True,
        identity=True,
        controls=(
            Control(
                sentence="with a global mean the logits change",
                of=on_the_largest(MOVED, MEAN),
                predicted=above(0.01),
            ),
        ),
    ),
    Claim(
        id="C003o3",
        source="ours",
        sentence="With a global mean and without biases, every logit falls by the ratio of the "
        "areas of both canvases",
        of=on_the_largest(OFF, BIASLESS),
        predicted=below(1e-9),
        general=True,
        identity=True,
        controls=(
            Control(
                sentence="with biases, logits are elsewhere",
                of=on_the_largest(OFF, MEAN),
                predicted=above(0.01),
            ),
        ),
    ),
    Claim(
        id="C003o4",
        source="ours",
        sentence="To take a size is not to be as good at it: a CNN with a global mean loses at "
        "least 30 points of accuracy on a canvas of 16 times the area",
        of=paired(at(SCORE, arm=MEAN, side=LEARNED), on_the_largest(SCORE, MEAN)),
        predicted=above(30),
        blind=False,
        controls=(
            LEARNED_WELL,
            Control(
                sentence="with a global maximum nothing is lost",
                of=paired(at(SCORE, arm=MAXIMUM, side=LEARNED), on_the_largest(SCORE, MAXIMUM)),
                predicted=equal(0),
            ),
        ),
    ),
)

ANSWER = Answer(
    "It depends on the end. With a global maximum every logit stays the same however large the "
    "black canvas is. With a global mean and biases the accuracy falls from {learned:.0f} to "
    "{largest:.0f} % on 16 times the area, where the background outweighs the digit; without "
    "biases all logits fall alike, and the class stays ({biasless:.0f} %).",
    learned=at(SCORE, arm=MEAN, side=LEARNED),
    largest=on_the_largest(SCORE, MEAN),
    biasless=on_the_largest(SCORE, BIASLESS),
)


def draw(record: Record) -> dict[str, Figure]:
    samples: dict[str, dict[float, Sample]] = {}
    for row in record.measurements.rows:
        of_arm = samples.setdefault(f"global {row.factors['arm']}", {})
        of_arm[float(row.factors["side"])] = row.quantities[SCORE]
    return {
        "canvases": lines(
            {arm: points(each) for arm, each in samples.items()},
            title=record.finding("C003o4"),
            x="side of the canvas around a digit of 8 x 8 (pixels); learned at 16",
            y="accuracy on new digits (%)\n(bars: 95 % intervals)",
            levels={"guessing": 10},
        )
    }
