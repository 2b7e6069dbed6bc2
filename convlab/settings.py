"""The settings that experiments share. Each experiment's Config is built of these and its own."""

import os
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

FORMERLY = "formerly"  # the key under which a field names its old key, which is refused with it
CONDITION = "condition"  # the key under which a field says that no prediction depends on it
NO_CONDITION: JsonDict = {CONDITION: False}  # for `json_schema_extra`: one only sees better
ADDED = "added"  # the condition of a field that names arms: those added to the shipped are none
ADDED_ARMS: JsonDict = {CONDITION: ADDED}
FROZEN = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def place(path: str | os.PathLike[str]) -> Path:
    """Where a path that a user writes leads to: `~` is the home folder, as it is for a shell.

    A shell replaces it only where a word begins with it: not in `--out=~/runs`, nor in a YAML.
    """
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path's raises for an unknown user


Place = Annotated[Path, AfterValidator(place)]
Seeds = Annotated[int, Field(ge=1, le=100_000, json_schema_extra=NO_CONDITION)]
Model = Literal["linear", "mlp", "cnn", "cnn-gap", "cnn-gmp", "bag-of-parts", "capsule", "local"]
MODEL_NAMES: tuple[str, ...] = get_args(Model)


class Training(BaseModel):
    """How long, how fast and by which rule a network is trained."""

    model_config = FROZEN

    steps: int = Field(500, ge=1, description="updates of the weights")
    batch: int = Field(64, ge=1, description="examples per step and per seed")
    lr: float = Field(
        0.01,
        gt=0,
        le=1e6,
        description="learning rate at the first step",
        json_schema_extra={FORMERLY: "rate"},
    )
    schedule: Literal["constant", "linear", "cosine", "exponential"] = Field(
        "constant", description="how lr falls: to 0, or by `decay` in all (exponential)"
    )
    decay: float = Field(1e-3, gt=0, le=1, description="last lr / first lr, if exponential")
    optimizer: Literal["adam", "sgd", "adadelta"] = Field("adam", description="the update rule")
    momentum: float = Field(0.0, ge=0, lt=1, description="of sgd")
    weight_decay: float = Field(0.0, ge=0, description="of every weight, per step")


class Timing(BaseModel):
    """How often steps are timed, side by side."""

    model_config = FROZEN

    repeats: int = Field(
        20,
        ge=1,
        le=10_000,
        description="rounds in which each step is timed",
        json_schema_extra=NO_CONDITION,
    )
    least_of: int = Field(3, ge=1, le=100, description="calls; the fastest is a round's time")
    threads: int = Field(1, ge=1, le=1024, description="of the CPU")
