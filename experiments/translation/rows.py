"""How many rows must a network see before it knows digits on a row that it never saw?

Networks learn digits on the lowest rows of a canvas, on one or on more of them, and are tested on
the highest. Circular convolutions and global max-pooling must know it from one row on. A fully
connected layer, after the same convolutions or alone, must have seen the row itself.
"""

from functools import partial
from typing import Annotated

from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch.nn.functional import cross_entropy

from convlab.figures import lines, points
from convlab.measure import Claim, Control, Measured, Measurements, above, within
from convlab.models import flattened, strongest
from convlab.probes.answers import accuracy
from convlab.settings import FROZEN, Seeds, Training
from convlab.train import sample
from convlab.workbench import Workbench

from ._lifting import Sized, conv, lifting, perceptron

CHANCE = 10  # percent: there are ten classes
ROWS = 9  # on which a digit of 8 x 8 can stand on a canvas of 16 x 16
POOLED, FLAT, MLP = "circular, maximum", "circular, flattened", "mlp"


class Config(BaseModel):
    """How many networks of which size learn from how many rows, for how long."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="networks per arm and number of rows")
    rows: tuple[Annotated[int, Field(ge=1, le=ROWS)], ...] = Field(
        (1, 4, 7, 8, 9), min_length=1, description="numbers of lowest rows trained on, of 9"
    )
    channels: int = Field(8, ge=1, description="of the first layer; the second has twice as many")
    placements: int = Field(8, ge=1, description="of each digit in the images trained on")
    training: Training = Training(steps=500, batch=64, lr=0.005, schedule="cosine")


NETWORKS: dict[str, Sized] = {
    POOLED: partial(conv, strongest),
    FLAT: partial(conv, flattened),
    MLP: perceptron,
}


def measure(config: Config, workbench: Workbench) -> Measurements:
    digits, measurements = lifting(config.seeds), Measurements()
    for rows in config.rows:
        accuracies = {}
        for name, build in NETWORKS.items():
            networks = workbench.fit(
                f"{name}, {rows} of {ROWS} rows",
                partial(build, config.channels),
                digits.draw(rows, config.placements),
                cross_entropy,
                seeds=config.seeds,
                training=config.training,
            )
            logits = networks.predict(digits.above.float(), own=True)
            accuracies[name] = sample(accuracy(logits, digits.y), "mean")
        title = f"Accuracy on the highest row (%), by how many of the lowest {ROWS} are trained on"
        measurements.add(title, {"rows": rows}, accuracies)
    return measurements


def of(name: str, rows: int) -> Measured:
    return lambda m: m.get(name, rows=rows)


def guesses(id: str, name: str, sentence: str) -> Claim:
    """Trained on the lowest row alone, and with the highest row as the control."""
    knows = Control("trained on all rows, it knows the highest", of(name, ROWS), above(60))
    return Claim(id, "S3", sentence, of(name, 1), within(5, of=CHANCE), controls=(knows,))


ONE_ROW = "With global max-pooling, one row teaches a circular network all others"
CONNECTED = "Trained on one row, a fully connected layer guesses half a canvas away"

CLAIMS = (
    Claim("C316r", "S3", ONE_ROW, of(POOLED, 1), above(80)),
    guesses("C318r", FLAT, CONNECTED),
    guesses("C317r", MLP, "Trained on one row, an MLP guesses half a canvas away"),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    counts = [row.factors["rows"] for row in measurements.rows]
    figure = lines(
        {name: points({n: of(name, n)(measurements) for n in counts}) for name in NETWORKS},
        title="A fully connected layer must have seen the very row; global pooling need not",
        x=f"lowest rows trained on, of {ROWS}",
        y="accuracy on the highest row (%)",
        levels={"guessing": CHANCE},
    )
    return {"rows": figure}
