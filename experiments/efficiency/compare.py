"""Which network makes more of the same images?

All are trained on the same images in the same order with as many steps of the same optimizer,
once equally wide and once with as many parameters as the first one. Each chooses its learning
rate on images held back from its training. Kernels that are shared between positions should need
no more weights for the same accuracy, but many more multiplications. A support vector machine
shows what can be had without a network.
"""

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.data import load
from convlab.figures import bars, curves, lines, points
from convlab.measure import Claim, Control, Measurements, Sample, above, below, between, exactly
from convlab.settings import FORMERLY, FROZEN, Seeds, Training
from convlab.workbench import Workbench

from ._contenders import Architecture, contenders
from ._costs import add_costs
from ._learning import Learned, Trial, learn
from ._reference import references
from ._settings import SOURCES, Models, Source

ACCURACY, CURVE = "test accuracy (%)", "accuracy (%)"  # with all images, with so many
REFERENCE = "correct (%)"  # without a network
MULTIPLIED, ALL = "multiply-adds", ", all images"


class Config(BaseModel):
    """Which networks learn from which images, and how they choose their learning rates."""

    model_config = FROZEN

    models: Models = Field(
        ("cnn", "mlp"), min_length=1, description="the first sets the number of parameters"
    )
    data: Source = Field("digits", description=SOURCES)
    width: int = Field(8, ge=1, le=4096, description="channels of the first convolution")
    images: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (50, 100, 200, 400, 800), description="training images, beside all that there are"
    )
    # Grids of (0.25, 1, 4) and (0.5, 1, 2, 4) left a network at an edge; of this one the cnn and
    # the mlp choose from the inside.
    lr_factors: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        (0.25, 0.5, 1, 2, 4),
        min_length=1,
        description="learning rates tried, over training.lr",
        json_schema_extra={FORMERLY: "rate_factors"},
    )
    lr_seeds: Seeds = Field(
        3,
        description="networks that try each learning rate",
        json_schema_extra={FORMERLY: "rate_seeds"},
    )
    seeds: Seeds = Field(10, description="networks per arm")
    training: Training = Training(steps=500, lr=0.02, schedule="cosine")


def measure(config: Config, workbench: Workbench) -> Measurements:
    dataset = load(config.data)
    arms = contenders(config.models, dataset.x, len(dataset.classes), config.width)
    measurements = Measurements(notes=[*dataset.notes, *notes(arms)])
    different = list(dict.fromkeys(arms.values()))
    add_costs(measurements, different, dataset, config.training, workbench.device)
    learned = {}
    for arm in different:
        learned[arm] = learn(
            Trial(arm.label, arm.build, dataset, config.training, workbench),
            counts=config.images,
            lrs=[config.training.lr * factor for factor in config.lr_factors],
            seeds=config.seeds,
            lr_seeds=config.lr_seeds,
        )
    add_learned(measurements, arms, learned)
    for name, accuracy in references(dataset, config.seeds).items():
        measurements.add("without a network", {"classifier": name}, {REFERENCE: accuracy})
    return measurements


def notes(arms: dict[tuple[str, str], Architecture]) -> Iterator[str]:
    """What a reader must know to compare the arms."""
    yield "equal width: the last layer of an mlp reads as many features as that of a cnn"
    count = next(iter(arms.values())).parameters
    for (equal, _), arm in arms.items():
        if equal == "parameters" and abs(arm.parameters / count - 1) > 0.1:
            yield f"{arm.label}: {arm.parameters:,} parameters, as near as can be to {count:,}"


def add_learned(
    into: Measurements,
    arms: dict[tuple[str, str], Architecture],
    learned: dict[Architecture, Learned],
) -> None:
    for (equal, _), arm in arms.items():
        lr, final = learned[arm].lr, list(learned[arm].accuracy.values())[-1]
        row = {"equal": equal, **arm.factors, "lr": f"{lr:g}"}
        quantities = {"parameters": exactly(arm.parameters), ACCURACY: final}
        into.add("what it learns", row, quantities)
    for (equal, name), arm in arms.items():
        losses = {"train loss": learned[arm].train_loss, "test loss": learned[arm].test_loss}
        into.add("cross-entropy", {"equal": equal, "model": name}, losses)
    for (equal, name), arm in arms.items():
        for images, accuracy in learned[arm].accuracy.items():
            row = {"equal": equal, "model": name, "images": images}
            into.add("test accuracy by number of training images", row, {CURVE: accuracy})


def equal_parameters(measurements: Measurements, quantity: str) -> list[tuple[float, ...]]:
    """The values of a cnn and of an mlp with as many parameters."""
    rows = {"equal": "parameters"}
    return [measurements.get(quantity, **rows, model=m).values for m in ("cnn", "mlp")]


def advantage(measurements: Measurements) -> Sample:
    """Test accuracy of the cnn less that of the mlp on the same images, in percentage points."""
    cnn, mlp = equal_parameters(measurements, ACCURACY)
    return Sample(tuple(np.subtract(cnn, mlp).tolist()), "mean")


def errors(measurements: Measurements) -> Sample:
    """The errors of the mlp over those of guessing."""
    guessed = 100 - measurements.get(REFERENCE, classifier="guessing").center
    _, mlp = equal_parameters(measurements, ACCURACY)
    return Sample(tuple((100 - value) / guessed for value in mlp), "mean")


def sizes(measurements: Measurements) -> Sample:
    """The parameters of the cnn over those of the mlp."""
    (cnn,), (mlp,) = equal_parameters(measurements, "parameters")
    return exactly(cnn / mlp)


def published(measurements: Measurements) -> Sample:
    return measurements.get(REFERENCE, classifier="support vectors, as published")


COMPARABLE = (
    Control("parameters, cnn over mlp", sizes, between(0.8, 1.25)),
    Control("errors, mlp over guessing", errors, below(0.5)),
    Control("support vectors, as published", published, between(96.85, 96.95)),
)
# Not a blind prediction: a pilot with three fixed learning rates had the cnn half a point ahead
# before the margin, the ledger's default of one point, was written down.
SUFFICE = (
    "Sparse parameters suffice: a CNN is at most 1 point less accurate on images "
    "than an MLP with as many parameters."
)
CLAIMS = (Claim("C005", "S0", SUFFICE, advantage, above(-1), controls=COMPARABLE),)


def draw(measurements: Measurements) -> dict[str, Figure]:
    rows = [row for row in measurements.rows if MULTIPLIED in row.quantities]
    costs = {
        f"{row.factors['model']} {row.factors['width']}: {name}": row.quantities[name].center
        for name in rows[0].quantities
        for row in rows
    }
    losses = {
        name.removeprefix("loss of ").removesuffix(ALL): values
        for name, values in measurements.arrays.items()
        if name.endswith(ALL)
    }
    fast = "How fast does each learn, from all images?"
    return {
        "accuracy": learning_curves(measurements, "parameters"),
        "accuracy-equally-wide": learning_curves(measurements, "width"),
        "cost": bars(costs, title="What does each cost, by its width?", x="number"),
        "losses": curves(losses, title=fast, y="cross-entropy of a batch"),
    }


def learning_curves(measurements: Measurements, equal: str) -> Figure:
    curves: dict[str, dict[int, Sample]] = {}
    levels: dict[str, float] = {}
    for row in measurements.rows:
        if CURVE in row.quantities and row.factors["equal"] == equal:
            curve = curves.setdefault(row.factors["model"], {})
            curve[row.factors["images"]] = row.quantities[CURVE]
        elif row.factors.get("classifier") == "support vectors":
            levels["support vectors, all images"] = row.quantities[REFERENCE].center
    series = {model: points(curve) for model, curve in curves.items()}
    title = f"Which needs fewer images, at equal {equal}?"
    x, y = "training images", "test accuracy (%)"
    return lines(series, title=title, x=x, y=y, levels=levels, log_x=True)
