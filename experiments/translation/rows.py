"""How many rows must a network see before it knows digits on a row that it never saw?

Networks learn digits on the lowest rows of a canvas, on one or on more of them, and are tested on
the highest. Circular convolutions and global max-pooling must know the highest from one row on. A
fully connected layer, after the same convolutions or alone, must have seen the highest row itself:
even after all rows but that one it must be wrong more often than right. Half the steps, which is
the control, must teach it nearly as much.

The networks of one row are those of `translation` and `unshared`, seed by seed. Of the claims here
only that on max-pooling speaks of them, which is judged nowhere else.
"""

from functools import partial
from typing import Annotated

from matplotlib.figure import Figure
from pydantic import Field

from convlab.figures import lines, points
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    above,
    at,
    below,
    paired,
    within,
)
from convlab.models import flat_head, maximum_head
from convlab.probes.answers import accuracy
from convlab.record import Record
from convlab.settings import NO_CONDITION, Seeds
from convlab.train import Networks
from convlab.workbench import Workbench

from ._canvas import CHANCE, ROWS, Learning, half_as_long
from ._canvas_networks import Builder, convolutions, perceptron
from ._lifted_digits import HeldOut, held_out, learn, mean_of_seeds
from ._maps import seen

POOLED, FLAT, MLP = "circular, maximum", "circular, flattened", "mlp"
HALF = {FLAT: f"{FLAT}, half the steps", MLP: f"{MLP}, half the steps"}
ALL_BUT_ONE = ROWS - 1
ACCURACY = "accuracy (%)"


class Config(Learning):
    """How many networks of which size learn from how many rows, for how long."""

    seeds: Seeds = Field(10, description="networks per arm and number of rows")
    rows: tuple[Annotated[int, Field(ge=1, le=ROWS)], ...] = Field(
        (1, 4, 7, 8, 9),
        min_length=1,
        description="numbers of lowest rows trained on, of 9",
        json_schema_extra=NO_CONDITION,  # each number is judged by itself, if it is there
    )


ARMS: dict[str, Builder] = {
    POOLED: partial(convolutions, maximum_head),
    FLAT: partial(convolutions, flat_head),
    MLP: perceptron,
}


def measure(config: Config, workbench: Workbench) -> Measurements:
    digits, measurements = held_out(workbench, config.seeds), Measurements()
    for rows in config.rows:
        for arm, build in ARMS.items():
            name = f"{arm}, {rows} of {ROWS} rows"
            networks = learn(workbench, name, build, config, rows=rows)
            add_accuracy(measurements, arm, rows, networks, digits)
    if ALL_BUT_ONE in config.rows:
        training = half_as_long(config.training)
        for arm, name in HALF.items():
            networks = learn(
                workbench, name, ARMS[arm], config, rows=ALL_BUT_ONE, training=training
            )
            add_accuracy(measurements, name, ALL_BUT_ONE, networks, digits)
    return measurements


def add_accuracy(
    measurements: Measurements, arm: str, rows: int, networks: Networks, digits: HeldOut
) -> None:
    right = accuracy(seen(networks, digits.above), digits.y)
    how = ", in half the steps" if arm in HALF.values() else ""
    measurements.add(
        f"Accuracy on the highest row, by the number of lowest rows trained on, of {ROWS}{how}",
        {"rows": rows, "arm": arm},
        {ACCURACY: mean_of_seeds(right)},
    )


def learned(arm: str) -> tuple[Control, ...]:
    """A network that fails on the highest row can learn it, and does not fail for lack of time."""
    return (
        Control(
            sentence="trained on all rows, such a network knows the highest",
            of=at(ACCURACY, arm=arm, rows=ROWS),
            predicted=above(60),
        ),
        Control(
            sentence="half the steps teach nearly as much of the highest row",
            of=paired(
                at(ACCURACY, arm=HALF[arm], rows=ALL_BUT_ONE),
                at(ACCURACY, arm=arm, rows=ALL_BUT_ONE),
            ),
            predicted=within(20, of=0),  # what was left to the bound in a trial
        ),
    )


CLAIMS = (
    Claim(
        id="C316r4",
        source="S3",
        sentence="With global max-pooling, one row teaches a circular network all others",
        of=at(ACCURACY, arm=POOLED, rows=1),
        predicted=above(80),
        controls=(
            Control(
                sentence="one row does not teach an MLP the highest",
                of=at(ACCURACY, arm=MLP, rows=1),
                predicted=below(20),
            ),
            Control(
                sentence="as many steps on all rows teach a pooled network the highest",
                of=at(ACCURACY, arm=POOLED, rows=ROWS),
                predicted=above(80),
            ),
        ),
        blind=False,
    ),
    Claim(
        id="C318r2",
        source="S3",
        sentence="Trained on all rows but one, a fully connected layer after convolutions is "
        "mostly wrong on that row",
        of=at(ACCURACY, arm=FLAT, rows=ALL_BUT_ONE),
        predicted=below(50),
        controls=learned(FLAT),
        blind=False,
    ),
    Claim(
        id="C317r4",
        source="S3",
        sentence="Trained on all rows but one, an MLP is mostly wrong on that row",
        of=at(ACCURACY, arm=MLP, rows=ALL_BUT_ONE),
        predicted=below(50),
        controls=learned(MLP),
        blind=False,
    ),
)

ANSWER = Answer(
    "One row is enough if the head takes the maximum of each map: a network that saw digits on "
    "the lowest alone knows {pooled:.0f} % on the highest. A fully connected layer must see all: "
    f"after {ALL_BUT_ONE} of {ROWS} rows it knows {{flat:.0f}} % on the last (an MLP "
    "{mlp:.0f} %), and {all:.0f} % only once it has seen that row itself.",
    pooled=at(ACCURACY, arm=POOLED, rows=1),
    flat=at(ACCURACY, arm=FLAT, rows=ALL_BUT_ONE),
    mlp=at(ACCURACY, arm=MLP, rows=ALL_BUT_ONE),
    all=at(ACCURACY, arm=FLAT, rows=ROWS),
)


def draw(record: Record) -> dict[str, Figure]:
    get = record.measurements.get
    counts = sorted({row.factors["rows"] for row in record.measurements.rows})
    series = {
        arm: points({rows: get(ACCURACY, arm=arm, rows=rows) for rows in counts}) for arm in ARMS
    }
    figure = lines(
        series,
        title=record.finding("C318r2"),
        x=f"lowest rows trained on, of {ROWS}",
        y="accuracy on the highest row (%), mean and 95 % interval",
        levels={"guessing": CHANCE},
    )
    return {"rows": figure}
