"""What a user may choose to compare, checked without torch, and the names of what is measured."""

from typing import Annotated

from pydantic import AfterValidator

from convlab.data import parse_dataset
from convlab.errors import did_you_mean
from convlab.settings import MODEL_NAMES, place

PUBLISHED = "support vectors, as published"  # the arm of scikit-learn's own example
TEST_ACCURACY = "test accuracy (%)"  # of a network that learned from all images
ACCURACY = "accuracy (%)"  # by the number of images, by what was tried, or without a network
OTHER_WRITERS, SHUFFLED, HALF = "other writers", "shuffled pixels", "half the steps"


def _check_name(dataset: str) -> str:
    parse_dataset(dataset)
    return dataset


def _check_distinct(models: tuple[str, ...]) -> tuple[str, ...]:
    for name in models:
        if models.count(name) > 1:
            raise ValueError(f"{name} is named twice; name each model once")
    return models


def _check_model(name: str) -> str:
    """One of convlab's, or a network of the user's own: FILE.py:NAME or PACKAGE.MODULE:NAME."""
    known = [*MODEL_NAMES, "FILE.py:NAME"]
    file, colon, what = name.rpartition(":")
    if name in known[:-1] or (colon and what and not file.endswith(".py")):
        return name
    if not colon or not what:
        raise ValueError(f"no model {name}{did_you_mean(name, known)}")
    if not place(file).is_file():
        raise ValueError(f"no file {file}")
    return name


Source = Annotated[str, AfterValidator(_check_name)]
Contender = Annotated[str, AfterValidator(_check_model)]
Models = Annotated[tuple[Contender, ...], AfterValidator(_check_distinct)]
