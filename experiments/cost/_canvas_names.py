"""The arms and settings of `canvases`. No torch."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from convlab.settings import FROZEN, Seeds, Training

MAXIMUM, MEAN, BIASLESS = "maximum", "mean", "mean, no biases"
SCORE, MOVED, OFF = "accuracy (%)", "greatest change of a logit", "greatest distance from the law"
LEARNED = 16  # pixels of the side of a canvas on which the networks learn


def _from_learned(sides: tuple[int, ...]) -> tuple[int, ...]:
    if sides[0] != LEARNED or list(sides) != sorted(set(sides)):
        raise ValueError(f"write the sides as they grow, from {LEARNED} on: [{LEARNED}, 32, 64]")
    return sides


Canvases = Annotated[
    tuple[Annotated[int, Field(ge=LEARNED, le=512, multiple_of=2)], ...],
    Field(min_length=2),
    AfterValidator(_from_learned),
]


class Learning(BaseModel):
    """The networks, and the canvases that they see after their training."""

    model_config = FROZEN

    sides: Canvases = Field((16, 32, 64), description="of the canvases, in pixels")
    channels: int = Field(16, ge=1, le=256, description="of each of the two convolutions")
    seeds: Seeds = Field(10, description="networks per arm, each with a split of its own")
    tested_on: int = Field(100, ge=1, le=300, description="held-out digits, per seed")
    training: Training = Training(steps=800, batch=32, lr=0.01, schedule="cosine")
