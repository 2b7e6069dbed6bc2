"""What the experiments on faces call what they measure, and how networks learn. No torch."""

from __future__ import annotations

from pydantic import BaseModel, Field

from convlab.settings import FROZEN, Seeds, Training

# What is no face: a part is missing, and its slot empty; or, in half of the images, it holds what
# is no part, or another part; or all parts are there and jumbled.
MISSING, SCRAPS, DUPLICATES, SHOWN = "missing", "scraps", "duplicates", "jumbled"
# The share of such images that a network calls faces. Jumbled ones stand in orders that no
# training showed; moved faces stand as far to the right as no training face does.
FACES, JUMBLED, DELETED, DOUBLED, MOVED, OVER = (
    f"{name} called faces (%)"
    for name in (
        *("faces", "jumbled", "a part missing", "a part doubled", "moved faces"),
        "faces upside down",
    )
)

# What is around the parts where nothing is learned, and how positions are pooled.
ONE_GREY, NOISE = "one grey", "noise"
MEAN, MAXIMUM = "mean", "maximum"
DIFFERENCE = "largest difference of logits"
SAME = {pooling: f"same logits after the {pooling} (share)" for pooling in (MEAN, MAXIMUM)}
WINDOWS = (3, 5, 7, 9)  # pixels
APART = 5  # pixels from a part to the next, at least: windows up to that hold no two


class Learning(BaseModel):
    """How many networks learn from how many images, and for how long."""

    model_config = FROZEN

    seeds: Seeds = Field(12, description="networks per arm, each with images of its own")
    faces: int = Field(1200, ge=8, description="to train on, and as many images of none")
    asked: int = Field(300, ge=1, description="new faces, and as many of each kind of none")
    training: Training = Training(steps=600, batch=32, lr=0.01, schedule="cosine")
