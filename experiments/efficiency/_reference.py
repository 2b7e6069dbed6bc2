"""What can be had without a network: guessing, and a support vector machine."""

from __future__ import annotations

from sklearn.svm import SVC
from torch import Generator, Tensor

from convlab.data import Dataset, load, split
from convlab.measure import Sample, exactly
from convlab.streams import Data, Stream, draw_each

from ._settings import PUBLISHED
from ._tasks import Task, other_writers

LARGEST = 2_000  # training images, beyond which a support vector machine takes minutes


def references(dataset: Dataset, seeds: range) -> dict[str, Sample]:
    """The accuracies (%) of guessing, of the machine, and of the machine on the published digits.

    Each seed has the split on which its network is trained and tested. Beyond 2,000 training
    images there is no machine.
    """
    accuracies = {"guessing": exactly(guessing(dataset.y))}
    task = Task(dataset)
    if task.count <= LARGEST:
        accuracies["support vectors"] = support_vectors_of_seeds(task, seeds)
    return accuracies | {PUBLISHED: exactly(support_vectors_as_published())}


def guessing(y: Tensor) -> float:
    """The accuracy (%) of always naming the most frequent of the classes (N,)."""
    return 100 * int(y.bincount().max()) / len(y)


def support_vectors(train: Data, test: Data, gamma: float | str = "scale") -> float:
    """The test accuracy (%) of scikit-learn's SVC with the kernel exp(-gamma |x - x'|²).

    "scale" is 1 / (pixels · variance of the pixels).
    """
    machine = SVC(gamma=gamma).fit(train.x.flatten(1).numpy(), train.y.numpy())
    return 100 * float(machine.score(test.x.flatten(1).numpy(), test.y.numpy()))


def support_vectors_as_published() -> float:
    """The accuracy (%) of scikit-learn's own example on the digits: 871 of 899, or 96.9 %.

    The first half is trained on, with gamma 0.001 on pixels of 0 to 16, and the second tested.
    """
    digits = load("digits")
    train, test = split(other_writers(digits), Generator())
    return support_vectors(Data(16 * train.x, train.y), Data(16 * test.x, test.y), gamma=0.001)


def support_vectors_of_seeds(task: Task, seeds: range) -> Sample:
    """The machine's test accuracy (%) on the split of each seed, or on the one that all share."""
    of_each = (draw_each(data, seeds, Stream.DATA) for data in (task.training(), task.test()))
    if task.is_fixed:
        train, test = (data[0] for data in of_each)
        return exactly(support_vectors(train, test))
    values = tuple(map(support_vectors, *of_each))
    return Sample(values, "mean", "data", overlap=task.overlap)
