"""The settings of `consistency` and `price`, their arms, and what is measured. No torch."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import BaseModel, Field

from convlab.measure import Quantity, at
from convlab.settings import FROZEN, Seeds, Training

from ._grid import (
    BLUR,
    CIRCULAR,
    MAX,
    MAXIMUM,
    MEAN,
    NONE,
    POLYPHASE,
    STRIDE,
    USUAL,
    Cell,
    named,
)

CENTRED, MOVED = "accuracy, centred (%)", "accuracy, moved (%)"
SAME, PROBABILITY = "same class (%)", "change of probability (points)"
CHANGE = "greatest change of a logit"
ERROR = "relative error"
CONSTANT = "one class for all"
UNHALVED: Cell = (CIRCULAR, NONE, MAXIMUM)
STRIDES: Cell = (CIRCULAR, STRIDE, MAXIMUM)
BLURRED: Cell = (CIRCULAR, BLUR, MAXIMUM)
SAMPLED: Cell = (CIRCULAR, POLYPHASE, MAXIMUM)
SAMPLED_MEAN: Cell = (CIRCULAR, POLYPHASE, MEAN)
TRAINED = UNHALVED, STRIDES, (CIRCULAR, MAX, MAXIMUM), BLURRED, SAMPLED, SAMPLED_MEAN, USUAL
PLACES = 4  # of each digit, where digits are learned everywhere


class Arm(NamedTuple):
    """A cell of the grid, where its digits are learned, and how many times the steps."""

    cell: Cell
    everywhere: bool = False
    steps: float = 1


EVERYWHERE, HALF = "usual, placed everywhere", "usual, half the steps"
STRIDES_EVERYWHERE, SAMPLED_HALF = "strides, placed everywhere", "polyphase, half the steps"
ARMS = {
    **{named(cell): Arm(cell) for cell in TRAINED},
    EVERYWHERE: Arm(USUAL, everywhere=True, steps=3),
    HALF: Arm(USUAL, steps=1 / 2),
}
PRICED = {
    named(STRIDES): Arm(STRIDES),
    STRIDES_EVERYWHERE: Arm(STRIDES, everywhere=True),
    named(SAMPLED): Arm(SAMPLED),
    SAMPLED_HALF: Arm(SAMPLED, steps=1 / 2),
}
LAYERS = tuple(f"{kind} {stage}" for stage in (1, 2) for kind in ("convolution", "ReLU", "halved"))


class Learning(BaseModel):
    """How many networks of which size learn digits, and for how long."""

    model_config = FROZEN

    seeds: Seeds = Field(6, description="networks per arm, each with a split of its own")
    channels: int = Field(16, ge=1, le=64, description="of the first layer; then twice as many")
    tested_on: int = Field(100, ge=2, le=300, description="held-out digits, per seed")
    training: Training = Training(steps=300, batch=32, lr=0.005, schedule="cosine")


def of(quantity: str, cell: Cell | str) -> Quantity:
    return at(quantity, arm=cell if isinstance(cell, str) else named(cell))
