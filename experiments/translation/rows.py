"""How many rows must a network see before it knows digits on a row that it never saw?

Networks learn digits on the lowest rows of a canvas, on one or on more of them, and are tested on
the highest. Circular convolutions and global max-pooling must know the highest from one row on. A
fully connected layer, after the same convolutions or alone, must have seen the highest row itself.
"""

from functools import partial
from typing import Annotated

from matplotlib.figure import Figure
from pydantic import Field

from convlab.figures import lines, points
from convlab.measure import Claim, Control, Measurements, above, at, within
from convlab.models import flat_head, maximum_head
from convlab.probes.answers import accuracy
from convlab.settings import Seeds
from convlab.train import sample
from convlab.workbench import Workbench

from ._canvas import CHANCE, ROWS, Learning
from ._canvas_networks import Builder, convolutions, perceptron
from ._lifted_digits import learn, split_digits

POOLED, FLAT, MLP = "circular, maximum", "circular, flattened", "mlp"
ACCURACY = "accuracy (%)"


class Config(Learning):
    """How many networks of which size learn from how many rows, for how long."""

    seeds: Seeds = Field(10, description="networks per arm and number of rows")
    rows: tuple[Annotated[int, Field(ge=1, le=ROWS)], ...] = Field(
        (1, 4, 7, 8, 9), min_length=1, description="numbers of lowest rows trained on, of 9"
    )


ARMS: dict[str, Builder] = {
    POOLED: partial(convolutions, maximum_head),
    FLAT: partial(convolutions, flat_head),
    MLP: perceptron,
}


def measure(config: Config, workbench: Workbench) -> Measurements:
    digits, measurements = split_digits(config.seeds), Measurements()
    for rows in config.rows:
        for arm, build in ARMS.items():
            name = f"{arm}, {rows} of {ROWS} rows"
            networks = learn(digits, workbench, name, build, config, rows)
            logits = networks.predict(digits.above.float(), own=True)
            measurements.add(
                f"Accuracy on the highest row, by the number of lowest rows trained on, of {ROWS}",
                {"rows": rows, "arm": arm},
                {ACCURACY: sample(accuracy(logits, digits.y), "mean")},
            )
    return measurements


CLAIMS = (
    Claim(
        id="C316r",
        source="S3",
        sentence="With global max-pooling, one row teaches a circular network all others",
        of=at(ACCURACY, arm=POOLED, rows=1),
        predicted=above(80),
    ),
    Claim(
        id="C318r",
        source="S3",
        sentence="Trained on one row, a fully connected layer guesses half a canvas away",
        of=at(ACCURACY, arm=FLAT, rows=1),
        predicted=within(5, of=CHANCE),
        controls=(
            Control(
                sentence="trained on all rows, the flattened network knows the highest",
                of=at(ACCURACY, arm=FLAT, rows=ROWS),
                predicted=above(60),
            ),
        ),
    ),
    Claim(
        id="C317r",
        source="S3",
        sentence="Trained on one row, an MLP guesses half a canvas away",
        of=at(ACCURACY, arm=MLP, rows=1),
        predicted=within(5, of=CHANCE),
        controls=(
            Control(
                sentence="trained on all rows, the MLP knows the highest",
                of=at(ACCURACY, arm=MLP, rows=ROWS),
                predicted=above(60),
            ),
        ),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    counts = sorted({row.factors["rows"] for row in measurements.rows})
    series = {
        arm: points({rows: measurements.get(ACCURACY, arm=arm, rows=rows) for rows in counts})
        for arm in ARMS
    }
    figure = lines(
        series,
        title="A fully connected layer must see the highest row itself; global pooling need not",
        x=f"lowest rows trained on, of {ROWS}",
        y="accuracy on the highest row (%)",
        levels={"guessing": CHANCE},
    )
    return {"rows": figure}
