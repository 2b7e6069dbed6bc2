"""The settings of `edge`: whose edges, and by which kernel."""

from __future__ import annotations

from pydantic import BaseModel, Field

from convlab.filters import KERNELS, KernelText
from convlab.settings import FROZEN, NO_CONDITION, Place

LEFT_RIGHT = "left-right"


class Config(BaseModel):
    """Whose edges, and by which kernel."""

    model_config = FROZEN

    images: tuple[Place, ...] = Field(
        (), description="files, or china, flower; none: both, cropped"
    )
    kernel: KernelText = Field(
        LEFT_RIGHT,
        description=f"{', '.join(KERNELS)} (sobel: the horizontal derivative), "
        "or rows such as [[0, 1], [2, 3]]",
    )
    to: Place | None = Field(
        None,
        description="file for the edges of one image: .npy, or .png, white from 1 on, …",
        json_schema_extra=NO_CONDITION,
    )
    repeats: int = Field(
        50,
        ge=1,
        le=10_000,
        description="measurements of every time",
        json_schema_extra=NO_CONDITION,
    )
