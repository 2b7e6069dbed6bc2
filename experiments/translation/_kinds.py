"""What kinds of function from images to maps there are, and the images they see. No torch."""

from __future__ import annotations

from pydantic import BaseModel, Field

from convlab.settings import FROZEN, Seeds

CONVOLUTION, LOCAL, MLP = "convolution", "local layer", "mlp"
EVERYWHERE, CORNER = "its maximum, everywhere", "its maximum, in the corner"
KINDS = (CONVOLUTION, EVERYWHERE, CORNER, LOCAL, MLP)
HEADS = MAXIMUM, FLATTENED = "global maximum", "flattened"  # to outputs without places


class Images(BaseModel):
    """How many random functions see how many random images of which size."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="functions of each kind, each with images of its own")
    images: int = Field(4, ge=1, le=64, description="that each function sees")
    side: int = Field(8, ge=5, le=16, description="of the images, in pixels")
