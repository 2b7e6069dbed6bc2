"""What a user may choose to compare, models and images, checked without torch."""

from typing import Annotated

from pydantic import AfterValidator

from convlab.data import parse_dataset
from convlab.settings import Model

PUBLISHED = "support vectors, as published"  # the arm of scikit-learn's own example


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
