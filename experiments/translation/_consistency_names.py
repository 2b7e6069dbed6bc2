"""The settings of `consistency`, its arms, and what is measured of them. No torch."""

from __future__ import annotations

from pydantic import BaseModel, Field

from convlab.measure import Quantity, at
from convlab.settings import FROZEN, Seeds, Training

from ._grid import CIRCULAR, MAXIMUM, NONE, TRAINED, USUAL, Cell, named

CENTRED, MOVED = "accuracy, centred (%)", "accuracy, moved (%)"
SAME, PROBABILITY = "same class (%)", "change of probability (points)"
CHANGE = "greatest change of a logit"
ERROR = "relative error"
EVERYWHERE, HALF = "usual, placed everywhere", "usual, half the steps"
CONSTANT = "one class for all"
ARMS: dict[str, Cell] = {named(cell): cell for cell in TRAINED}
ARMS |= {EVERYWHERE: USUAL, HALF: USUAL}
UNHALVED: Cell = (CIRCULAR, NONE, MAXIMUM)
LAYERS = tuple(f"{kind} {stage}" for stage in (1, 2) for kind in ("convolution", "ReLU", "halved"))


class Learning(BaseModel):
    """How many networks of which size learn digits, and for how long."""

    model_config = FROZEN

    seeds: Seeds = Field(6, description="networks per arm, each with a split of its own")
    channels: int = Field(8, ge=1, le=64, description="of the first layer; then twice as many")
    tested_on: int = Field(100, ge=2, le=300, description="held-out digits, per seed")
    training: Training = Training(steps=150, batch=64, lr=0.01, schedule="cosine")


def of(quantity: str, cell: Cell | str) -> Quantity:
    return at(quantity, arm=cell if isinstance(cell, str) else named(cell))
