"""What a user may choose to compare, checked without torch, and the names of what is measured."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from convlab.data import DATASETS, parse_dataset
from convlab.errors import did_you_mean
from convlab.settings import (
    ADDED_ARMS,
    FORMERLY,
    FROZEN,
    MODEL_NAMES,
    NO_CONDITION,
    Seeds,
    Training,
    place,
)

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


class Comparison(BaseModel):
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
