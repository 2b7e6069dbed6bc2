"""The settings of `red_green`, its arms by padding, and what was published of each. No torch."""

from __future__ import annotations

from pydantic import BaseModel, Field

from convlab.settings import FROZEN, Seeds, Training

VALID, ZEROS, CIRCULAR, FULL = "valid", "zeros", "circular", "full"
ARMS = (VALID, ZEROS, CIRCULAR, FULL)
HALF = "zeros, half the steps"
SIMILAR, EXCHANGED = "rows as in training (%)", "rows exchanged (%)"
HERE, PAPER = "here", "Kayhan and van Gemert 2020"
PUBLISHED = {  # of their README: percent of images as in training, and on exchanged rows
    VALID: (100.0, 0.2),
    ZEROS: (99.8, 8.4),
    CIRCULAR: (73.7, 73.7),
    FULL: (89.7, 89.7),
}


class Squares(BaseModel):
    """How many networks of which size learn how many images, and for how long."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="networks per arm, each with images of its own")
    channels: int = Field(8, ge=1, le=64, description="of the first two layers; then twice that")
    trained_on: int = Field(1000, ge=2, description="images")
    tested_on: int = Field(500, ge=2, description="images, and as many for validation")
    training: Training = Training(steps=200, batch=100, lr=1.0, optimizer="adadelta")
