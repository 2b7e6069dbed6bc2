"""The settings of the experiments on motifs, and what they measure, without what computes it."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, Field

from convlab.measure import Measurements, Quantity, Sample, exactly
from convlab.settings import FROZEN, Seeds, Training

ACCURACY = "accuracy (%)"
CHANCE = 50  # per cent


class Motifs(BaseModel):
    """How many networks of which size learn how many pairs of images for how long."""

    model_config = FROZEN

    seeds: Seeds = Field(8, description="networks per arm, each with images of its own")
    channels: int = Field(8, ge=1, le=256, description="of each stage")
    pairs: int = Field(256, ge=1, le=100_000, description="of images to learn from")
    training: Training = Training(steps=300, batch=32, lr=0.01, schedule="cosine")


def farthest_from_chance(*cells: Mapping[str, object]) -> Quantity:
    """Of all networks in the rows with these factors: 0 where each is right about a half."""

    def farthest(measurements: Measurements) -> Sample:
        each = (measurements.get(ACCURACY, **factors) for factors in cells)
        return exactly(max(abs(value - CHANCE) for sample in each for value in sample.values))

    return Quantity("farthest from 50 % of all networks", farthest, "percentage points")
