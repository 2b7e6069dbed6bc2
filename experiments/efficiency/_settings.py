"""What a user may choose to compare, checked without torch, and the names of what is measured."""

from typing import Annotated

from pydantic import AfterValidator

from convlab.data import parse_dataset
from convlab.settings import Model

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


Source = Annotated[str, AfterValidator(_check_name)]
Models = Annotated[tuple[Model, ...], AfterValidator(_check_distinct)]
