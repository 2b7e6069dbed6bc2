"""The arms of `canvases`, and what a user may set of it, checked without torch."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

MAXIMUM, MEAN, BIASLESS = "maximum", "mean", "mean, no biases"
SCORE, MOVED, OFF = "accuracy (%)", "greatest change of a logit", "greatest distance from the law"
LEARNED = 16  # pixels of the side of a canvas on which the networks learn
MARGIN = 4  # pixels of background that a canvas has at least around a digit


def _from_learned(sides: tuple[int, ...]) -> tuple[int, ...]:
    if sides[0] != LEARNED or list(sides) != sorted(set(sides)):
        raise ValueError(f"write the sides as they grow, from {LEARNED} on: [{LEARNED}, 32, 64]")
    return sides


Canvases = Annotated[
    tuple[Annotated[int, Field(ge=LEARNED, le=512, multiple_of=2)], ...],
    Field(min_length=2),
    AfterValidator(_from_learned),
]
