"""Names of layers, and settings of sizes and times, for what is read without torch."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ..settings import FROZEN

DENSE, MASKED, SHARED = "dense", "masked dense", "shared dense"
LOCAL, CONVOLUTION = "local", "convolution"
LAYERS = (DENSE, MASKED, SHARED, LOCAL, CONVOLUTION)  # those of `twins`

Side = Annotated[int, Field(ge=7, le=32, description="of the square images, in pixels")]
Sides = Annotated[tuple[Annotated[int, Field(ge=4, le=4096)], ...], Field(min_length=2)]
Channels = Annotated[int, Field(ge=1, le=1024)]
Taps = Annotated[Literal[3, 5, 7], Field(description="height and width of the kernel")]


class Timing(BaseModel):
    """How often steps are timed, side by side."""

    model_config = FROZEN

    repeats: int = Field(20, ge=1, le=10_000, description="rounds in which each step is timed")
    least_of: int = Field(3, ge=1, le=100, description="calls; the fastest is a round's time")
    threads: int = Field(1, ge=1, le=1024, description="of the CPU")
