"""Which network makes more of the same images?

All are trained on the same images in the same order, with as many steps of the same optimizer:
once equally wide, and once with as many parameters as the first one. Each chooses its learning
rate on images held back from its training. Kernels that are shared between positions should need
no more weights for the same accuracy, but many more multiply-adds. A support vector machine shows
what can be had without a network.
"""

from collections.abc import Iterator
from typing import Annotated

from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.data import DATASETS, Dataset, load
from convlab.figures import bars, curves, lines, points
from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Quantity,
    Sample,
    above,
    at,
    below,
    between,
    exactly,
    number,
    over,
    paired,
)
from convlab.settings import FORMERLY, FROZEN, Seeds, Training
from convlab.workbench import Workbench

from ._contenders import Architecture, contenders
from ._costs import add_costs
from ._learning import ALL_IMAGES, Scores, Trial, learn
from ._reference import references
from ._settings import PUBLISHED, Models, Source

TEST_ACCURACY = "test accuracy (%)"  # of a network that learned from all images
ACCURACY = "accuracy (%)"  # by the number of images, or without a network
CONTROL = "a control, on scikit-learn's digits whatever the data: its published example"


class Config(BaseModel):
    """Which networks learn from which images, and how they choose their learning rates."""

    model_config = FROZEN

    models: Models = Field(
        ("cnn", "mlp"), min_length=1, description="the first sets the number of parameters"
    )
    data: Source = Field("digits", description=DATASETS)
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
    architectures = dict.fromkeys(arms.values())  # that of the first is there twice
    measurements = Measurements(notes=[*dataset.notes, *notes(arms)])
    add_costs(measurements, architectures, dataset, config.training, workbench.device)
    scores = {each: scores_of(each, dataset, config, workbench) for each in architectures}
    add_scores(measurements, arms, scores)
    for name, accuracy in references(dataset, config.seeds).items():
        table = CONTROL if name == PUBLISHED else "without a network"
        measurements.add(table, {"arm": name}, {ACCURACY: accuracy})
    return measurements


def notes(arms: dict[tuple[str, str], Architecture]) -> Iterator[str]:
    """What a reader must know to compare the arms."""
    yield "equal width: the last layer of an mlp reads as many features as that of a cnn"
    count = next(iter(arms.values())).parameters
    for (equal, _), arm in arms.items():
        if equal == "parameters" and abs(arm.parameters / count - 1) > 0.1:
            found, wanted = number(arm.parameters), number(count)
            yield f"{arm.label}: {found} parameters, as near as can be to {wanted}"


def scores_of(arm: Architecture, dataset: Dataset, config: Config, workbench: Workbench) -> Scores:
    return learn(
        Trial(arm.label, arm.build, dataset, config.training, workbench),
        counts=config.images,
        lrs=[config.training.lr * factor for factor in config.lr_factors],
        seeds=config.seeds,
        lr_seeds=config.lr_seeds,
    )


def add_scores(
    into: Measurements,
    arms: dict[tuple[str, str], Architecture],
    scores: dict[Architecture, Scores],
) -> None:
    """What each arm learns, what its losses are, and its accuracy by the number of images."""
    for (equal, _), arm in arms.items():
        row = {"equal": equal, **arm.factors, "lr": f"{scores[arm].lr:g}"}
        *_, accuracy = scores[arm].accuracy.values()  # the last is that of all images
        quantities = {"parameters": exactly(arm.parameters), TEST_ACCURACY: accuracy}
        into.add("what each learns", row, quantities)
    for (equal, name), arm in arms.items():
        losses = {"train loss": scores[arm].train_loss, "test loss": scores[arm].test_loss}
        into.add("cross-entropy", {"equal": equal, "arm": name}, losses)
    for (equal, name), arm in arms.items():
        for images, accuracy in scores[arm].accuracy.items():
            row = {"equal": equal, "arm": name, "images": images}
            into.add("test accuracy by number of training images", row, {ACCURACY: accuracy})


def errors(measurements: Measurements) -> Sample:
    """The errors of the mlp over those of guessing."""
    guessing = 100 - measurements.get(ACCURACY, arm="guessing").center
    mlp = measurements.get(TEST_ACCURACY, equal="parameters", arm="mlp")
    return Sample(tuple((100 - value) / guessing for value in mlp.values), "mean")


CLAIMS = (
    Claim(
        id="C005",
        source="S0",
        sentence="Sparse parameters suffice: a CNN is at most 1 point less accurate on images "
        "than an MLP with as many parameters",
        of=paired(
            at(TEST_ACCURACY, equal="parameters", arm="cnn"),
            at(TEST_ACCURACY, equal="parameters", arm="mlp"),
        ),
        # Not a blind prediction: a pilot with three fixed learning rates had the cnn half a point
        # ahead before the margin, the ledger's default of one point, was written down.
        predicted=above(-1),
        controls=(
            Control(
                sentence="the cnn and the mlp have about as many parameters, as a ratio",
                of=over(
                    at("parameters", equal="parameters", arm="cnn"),
                    at("parameters", equal="parameters", arm="mlp"),
                ),
                predicted=between(0.8, 1.25),
            ),
            Control(
                sentence="the mlp has at most half the errors of guessing",
                of=Quantity("errors, mlp / guessing", errors),
                predicted=below(0.5),
            ),
            Control(
                sentence="the support vector machine has its published accuracy",
                of=at(ACCURACY, arm=PUBLISHED),
                predicted=between(96.85, 96.95),
            ),
        ),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    losses = {
        name.removeprefix("loss of ").removesuffix(f", {ALL_IMAGES}"): values
        for name, values in measurements.arrays.items()
        if name.endswith(f", {ALL_IMAGES}")
    }
    title = "How fast does each learn, from all images?"
    return {
        "accuracy": learning_curves(measurements, "parameters"),
        "accuracy-equally-wide": learning_curves(measurements, "width"),
        "cost": cost_bars(measurements),
        "losses": curves(losses, title=title, y="cross-entropy of a batch"),
    }


def cost_bars(measurements: Measurements) -> Figure:
    rows = [row for row in measurements.rows if "multiply-adds" in row.quantities]
    costs = {
        f"{row.factors['arm']} {row.factors['width']}: {name}": row.quantities[name].center
        for name in rows[0].quantities
        for row in rows
    }
    return bars(costs, title="What does each cost, by its width?", x="number")


def learning_curves(measurements: Measurements, equal: str) -> Figure:
    by_arm: dict[str, dict[int, Sample]] = {}
    levels: dict[str, float] = {}
    for row in measurements.rows:
        arm = row.factors["arm"]
        if "images" in row.factors and row.factors["equal"] == equal:
            by_arm.setdefault(arm, {})[row.factors["images"]] = row.quantities[ACCURACY]
        elif arm == "support vectors":
            levels["support vectors, all images"] = row.quantities[ACCURACY].center
    series = {arm: points(by_images) for arm, by_images in by_arm.items()}
    title = f"Which needs fewer images, at equal {equal}?"
    x, y = "training images", TEST_ACCURACY
    return lines(series, title=title, x=x, y=y, levels=levels, log_x=True)
