"""How many rows must a network see before it knows digits on a row that it never saw?

Networks learn digits on the lowest rows of a canvas, on one or on more of them, and are tested on
the highest. Circular convolutions and global max-pooling must know it from one row on. A fully
connected layer, after the same convolutions or alone, must have seen the row itself.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field
from torch import Generator, nn
from torch.nn.functional import cross_entropy

from convlab.data import Dataset, load, split
from convlab.data.lifting import SIDE, below_and_above, placed
from convlab.measure import Claim, Control, Measurements, Quantity, above, within
from convlab.models import Head, flattened, mlp, strongest
from convlab.probes.answers import accuracy
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Data, Stream, generator
from convlab.train import sample

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from convlab.workbench import Workbench

CLASSES = 10
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
    training: Training = Training(steps=500, batch=64, rate=0.005, schedule="cosine")


def measure(config: Config, workbench: "Workbench") -> Measurements:
    train, test = split(load("digits"), generator(0, Stream.SPLIT))
    places = [generator(seed, Stream.HELD_OUT) for seed in range(config.seeds)]
    _, highest = below_and_above(test, places)
    measurements = Measurements()
    for rows in config.rows:
        accuracies = {}
        for name, build in NETWORKS.items():
            networks = workbench.fit(
                f"{name}, {rows} of {ROWS} rows",
                partial(build, config.channels),
                partial(task, train, rows, config.placements),
                cross_entropy,
                seeds=config.seeds,
                training=config.training,
            )
            answers = networks.predict(highest.float(), own=True)
            accuracies[name] = sample(accuracy(answers, test.y), "mean")
        title = f"Accuracy on the highest row (%), by how many of the lowest {ROWS} are trained on"
        measurements.add(title, {"rows": rows}, accuracies)
    return measurements


def task(digits: Dataset, rows: int, placements: int, generator: Generator) -> Data:
    return Data(*placed(digits, rows, placements, generator))


def conv(head: Head, channels: int) -> nn.Module:
    """Two convolutions, of total stride 2, and a head: (N, 1, SIDE, SIDE) to (N, CLASSES)."""
    return nn.Sequential(
        nn.Conv2d(1, channels, 2, stride=2),
        nn.ReLU(),
        nn.Conv2d(channels, 2 * channels, 3, padding=1, padding_mode="circular"),
        nn.ReLU(),
        head(2 * channels, (SIDE // 2, SIDE // 2), CLASSES),
    )


NETWORKS: dict[str, Callable[[int], nn.Module]] = {
    POOLED: partial(conv, strongest),
    FLAT: partial(conv, flattened),
    MLP: lambda channels: mlp((1, SIDE, SIDE), CLASSES, 16 * channels),
}


def of(name: str, rows: int) -> Quantity:
    return lambda m: m.get(name, rows=rows)


def guesses(id: str, name: str, sentence: str) -> Claim:
    """Trained on the lowest row alone, and with the highest row as the control."""
    return Claim(
        id=id,
        source="S3",
        sentence=sentence,
        of=of(name, 1),
        predicted=within(5, of=100 / CLASSES),
        controls=(
            Control("trained on all rows, it knows the highest", of(name, ROWS), above(60)),
        ),
    )


CLAIMS = (
    Claim(
        id="C316r",
        source="S3",
        sentence="With global max-pooling, one row teaches a circular network all others",
        of=of(POOLED, 1),
        predicted=above(80),
    ),
    guesses(
        "C318r", FLAT, "Trained on one row, a fully connected layer guesses half a canvas away"
    ),
    guesses("C317r", MLP, "Trained on one row, an MLP guesses half a canvas away"),
)


def draw(measurements: Measurements) -> "dict[str, Figure]":
    from convlab.figures import lines

    counts = [row.factors["rows"] for row in measurements.rows]
    series = {}
    for name in (POOLED, FLAT, MLP):
        found = [of(name, count)(measurements) for count in counts]
        low, high = zip(*(each.interval for each in found), strict=True)
        series[name] = (counts, [each.center for each in found], low, high)
    figure = lines(
        series,
        title="A fully connected layer must have seen the very row; global pooling need not",
        x=f"lowest rows trained on, of {ROWS}",
        y="accuracy on the highest row (%)",
        levels={"guessing": 100 / CLASSES},
    )
    return {"rows": figure}
