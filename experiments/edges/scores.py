"""Is the output of a convolution the probability of a local feature?

Half of the places have a stroke in noise, and a kernel of that stroke gives one output at each.
An output may be negative or above 1, so it is read as a probability in three ways: over the
greatest of other places, cut off at 0 and 1, or by the logistic function. The reading that is
nearest counts. Beside them is a logistic function fitted on other places.

Predicted: the output ranks the places well and is no probability: where it says p, another share
of the places has the stroke. The fitted function is one, for images of that brightness only, as
twice the brightness gives twice the output. Controls: the fitted function must be calibrated, and
shuffled outputs must rank nothing.
"""

from collections import defaultdict

import numpy as np
from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.figures import lines
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
    below,
    between,
    equal,
    exactly,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds
from convlab.streams import Data, Stream
from convlab.workbench import Workbench

from ._calibration import Row, curve, judged, not_doubled, outputs, places_in_noise, probabilities
from ._score_names import CUT, FITTED, LOGISTIC, ONCE, OUTPUTS, SCALED, SHUFFLED, TWICE

ERROR, RIGHT = "calibration error (share)", "pairs ranked right (share)"
DIFFER = "outputs that are not doubled"
FAR = "How far what is told is from the share of places that have the stroke"
RANKS = "A place with the stroke beside one without"


class Config(BaseModel):
    """How many places there are, and how often they are drawn."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="draws of places")
    places: int = Field(4000, ge=100, description="that are fitted, and as many that are asked")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements, found = Measurements(), defaultdict[Row, list[float]](list)
    for seed in workbench.track("places", range(config.seeds)):
        known, new = (
            places_in_noise(config.places, workbench.generator(each, seed))
            for each in (Stream.DATA, Stream.HELD_OUT)
        )
        for row, number in judged(known, new, workbench.generator(Stream.NOISE, seed)):
            found[row].append(number)
        if seed == 0:
            add_first_draw(measurements, known, new)
    for row, numbers in found.items():
        title, what = (RANKS, RIGHT) if row[0][0] == "scores" else (FAR, ERROR)
        measurements.add(title, dict(row), {what: Sample(tuple(numbers), "mean", "data")})
    return measurements


def add_first_draw(measurements: Measurements, known: Data, new: Data) -> None:
    """The curves of the figure, and how much does not double with the brightness."""
    for arm, told in probabilities(known, outputs(new.x)).items():
        measurements.arrays[arm] = curve(told, new.y).numpy()
    title = f"Of {len(new.x)} places, what twice the brightness does not double"
    for reading, count in not_doubled(known, new.x).items():
        measurements.add(title, {"reading": reading}, {DIFFER: exactly(count)})


def least_error(measurements: Measurements) -> Sample:
    """Of each draw, that of the nearest of the three readings."""
    readings = (error(arm)(measurements).values for arm in (SCALED, CUT, LOGISTIC))
    return Sample(tuple(map(min, zip(*readings, strict=True))), "mean", "data")


def error(arm: str, brightness: str = ONCE) -> Quantity:
    return at(ERROR, arm=arm, brightness=brightness)


LEAST_ERROR = Quantity("calibration error of the nearest reading", least_error, "share")
CALIBRATED = Control(
    sentence="a logistic function fitted on other places is calibrated",
    of=error(FITTED),
    predicted=below(0.05),
)
NOTHING_RANKED = Control(
    sentence="shuffled outputs rank half of the pairs right",
    of=at(RIGHT, scores=SHUFFLED),
    predicted=between(0.45, 0.55),
)

CLAIMS = (
    Claim(
        id="C106",
        source="S1",
        sentence="If its output is thought of as a kind of probability, a convolution returns the "
        "probability of a local feature, within 0.05 on average",
        of=LEAST_ERROR,
        predicted=below(0.05),
        expected=Outcome.REFUTED,
        blind=False,  # a first run read the output in one way, and was 0.30 off
        controls=(CALIBRATED,),
    ),
    Claim(
        id="C106r",
        source="S1",
        sentence="A logistic function of the output, fitted on other places, is the probability "
        "of the local feature, within 0.05",
        of=error(FITTED),
        predicted=below(0.05),
        controls=(
            Control(
                sentence="a logistic function that is not fitted is not calibrated",
                of=error(LOGISTIC),
                predicted=above(0.05),
            ),
        ),
    ),
    Claim(
        id="C106s",
        source="S1",
        sentence="A convolution analyses the local features of an image: its output ranks four in "
        "five pairs of a place with the feature and one without right",
        of=at(RIGHT, scores=OUTPUTS),
        predicted=above(0.8),  # by theory 0.86
        controls=(NOTHING_RANKED,),
    ),
    Claim(
        id="C106o1",
        source="ours",
        sentence="An image of twice the brightness has twice the output, as no probability can",
        of=at(DIFFER, reading="output"),
        predicted=equal(0),
        controls=(
            Control(
                sentence="the fitted probability does not double",
                of=at(DIFFER, reading="fitted probability"),
                predicted=above(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C106o2",
        source="ours",
        sentence="On images of twice the brightness the fitted logistic function is no longer the "
        "probability of the local feature, within 0.05",
        of=error(FITTED, TWICE),
        predicted=above(0.05),
        controls=(CALIBRATED,),
    ),
)

ANSWER = Answer(
    "No, it is a score. It ranks {right:.0%} of pairs right; but read as a probability it is off "
    "by {least:.2f} at least, and twice the brightness doubles it. A logistic function that is "
    "fitted to it is off by {fitted:.3f}, and on images twice as bright by {twice:.2f}.",
    right=at(RIGHT, scores=OUTPUTS),
    least=LEAST_ERROR,
    fitted=error(FITTED),
    twice=error(FITTED, TWICE),
)


def draw(record: Record) -> dict[str, Figure]:
    told, curves = np.arange(0.05, 1, 0.1), record.measurements.arrays
    series = {
        arm: (told, curves[arm], curves[arm], curves[arm])
        for arm in (SCALED, CUT, LOGISTIC, FITTED)
    }
    figure = lines(
        series,
        title=record.finding("C106"),
        x="what is told: the output, read as a probability",
        y="share of the places that have the stroke (first draw)",
    )
    figure.axes[0].plot([0, 1], [0, 1], "k--", zorder=0, label="a probability")
    figure.axes[0].legend(fontsize=9)
    return {"calibration": figure}
