"""What each arm of a comparison learns, and what else is tried, as rows of tables."""

from __future__ import annotations

from collections.abc import Iterator

from convlab.data import Dataset
from convlab.measure import Measurements, Sample, exactly, number
from convlab.workbench import Workbench

from ._contenders import Architecture
from ._learning import Scores, Trial, learn, learn_in_half_the_steps
from ._settings import ACCURACY, HALF, OTHER_WRITERS, SHUFFLED, TEST_ACCURACY, Comparison
from ._tasks import WRITERS, Task, other_writers


def notes(arms: dict[tuple[str, str], Architecture]) -> Iterator[str]:
    """What a reader must know to compare the arms."""
    yield "equal width: the last layer of an mlp reads as many features as that of a cnn"
    count = next(iter(arms.values())).parameters
    for (equal, _), arm in arms.items():
        if equal == "parameters" and abs(arm.parameters / count - 1) > 0.1:
            found, wanted = number(arm.parameters), number(count)
            near = "as near as can be to" if arm.has_width else "as it has no width to choose, not"
            yield f"{arm.label}: {found} parameters, {near} {wanted}"


def scores_of(
    arm: Architecture,
    task: Task,
    what: str,
    config: Comparison,
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


def trial_of(
    arm: Architecture, task: Task, what: str, config: Comparison, workbench: Workbench
) -> Trial:
    name = f"{arm.label}, {what}" if what else arm.label
    return Trial(name, arm.build, task, config.training, workbench)


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


def add_tried(
    into: Measurements,
    as_large: dict[Architecture, Scores],
    dataset: Dataset,
    config: Comparison,
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
