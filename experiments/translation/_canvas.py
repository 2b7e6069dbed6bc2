"""The canvas on which digits stand: its sizes, what networks learn there, and names. No torch."""

from __future__ import annotations

from pydantic import BaseModel, Field

from convlab.settings import FROZEN, Seeds, Training

DIGIT = 8  # pixels along a side
SIDE = 2 * DIGIT  # pixels, of the canvas
ROWS = SIDE - DIGIT + 1  # on which a digit can stand; on the lowest it fills the lower half
CLASSES = 10
CHANCE = 100 / CLASSES  # percent
BELOW, ABOVE = "accuracy below (%)", "accuracy above (%)"  # lower half, and half a canvas higher


class Learning(BaseModel):
    """How many networks of which size learn digits on a canvas, and for how long."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    channels: int = Field(8, ge=1, description="of the first layer; the second has twice as many")
    placements: int = Field(8, ge=1, description="of each digit in the images trained on")
    training: Training = Training(steps=500, batch=64, lr=0.005, schedule="cosine")


def half_as_long(training: Training) -> Training:
    return training.model_copy(update={"steps": max(1, training.steps // 2)})
