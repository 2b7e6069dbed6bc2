"""The settings of `shift`, its layers and networks, and what is measured of them. No torch."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from convlab.settings import FROZEN, Seeds

CHANNELS = 8
STEP = 4  # pixels per output, where the image is halved twice
PATCH = 16  # pixels along a side of the image that a single layer sees
Padding = Literal["circular", "zeros"]
CIRCULAR: Padding = "circular"
ZEROS: Padding = "zeros"
PLAIN, STRIDE, POOLING = "stride 1", "stride 2, twice", "max-pooling, twice"
CONVOLUTION, LOCAL, DENSE = "convolution", "local layer", "mlp"
SHIFTS = tuple(range(-2 * STEP, 2 * STEP + 1))  # pixels
GREATEST, LEAST = "greatest error", "least error"
STEPS, OTHERS = f"greatest error at steps of {STEP} pixels", "least error at other shifts"
INSIDE, BORDER = "greatest error inside", "border (outputs)"


class RandomNetworks(BaseModel):
    """How many random networks of which layers see how many random images."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="random networks, each with images of its own")
    images: int = Field(4, ge=1, description="that each network sees")
    side: int = Field(32, ge=16, multiple_of=2 * STEP, description="of the images, in pixels")
    kernel: Literal[1, 3, 5, 7] = Field(3, description="pixels along a side of each kernel")
    depth: int = Field(3, ge=2, le=5, description="convolutions of a network")
