"""What can be had without a network: guessing, and a support vector machine."""

from __future__ import annotations

from sklearn.svm import SVC
from torch import Tensor

from convlab.data import Dataset, load
from convlab.measure import Sample, exactly
from convlab.streams import Data, Stream, generator

from . import _learning as learning
from ._settings import PUBLISHED

LARGEST = 2_000  # training images, beyond which a support vector machine takes minutes


def references(dataset: Dataset, seeds: int) -> dict[str, Sample]:
    """The accuracies (%) of guessing, of the machine, and of the machine on the published digits.

    Each seed has the split on which its network is trained and tested. Beyond 2,000 training
    images there is no machine.
    """
    accuracies = {"guessing": exactly(guessing(dataset.y))}
    if learning.training_count(dataset) <= LARGEST:
        each = [_support_vectors_of(dataset, seed) for seed in range(seeds)]
        accuracies["support vectors"] = Sample(tuple(each), "mean")
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
    half = len(digits.y) // 2
    pixels = 16 * digits.x
    train, test = Data(pixels[:half], digits.y[:half]), Data(pixels[half:], digits.y[half:])
    return support_vectors(train, test, gamma=0.001)


def _support_vectors_of(dataset: Dataset, seed: int) -> float:
    train = learning.training_images(dataset)(generator(seed, Stream.DATA))
    test = learning.test_images(dataset)
    return support_vectors(
        train, test if isinstance(test, Data) else test(generator(seed, Stream.DATA))
    )
