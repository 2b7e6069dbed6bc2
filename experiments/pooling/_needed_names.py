"""The settings of `needed`, its arms, what is measured of them, and controls. No torch."""

from __future__ import annotations

from pydantic import BaseModel, Field

from convlab.measure import Control, Quantity, above, at, below, paired, within
from convlab.settings import FROZEN, Seeds, Training

WINDOWS = NO_POOL, SMALL, LARGER, ALL = 1, 2, 4, 12  # pixels along a side
ANYWHERE, MIDDLE, NOWHERE = "anywhere", "in the middle", "never shown"
POOLED, LEARNED = "maxima of 2 x 2", "convolution of 2 x 2, stride 2"
STRIDED, ONE_PIXEL = "stride 2, no layer between", "stride 2, kernels of one pixel"
RIGHT, AFTER_HALF = "new images right (%)", "right after half the steps (%)"
DIGITS, DIGITS_AFTER_HALF = "digits right (%)", "digits right after half the steps (%)"
APART = "greatest difference of a logit"


class Lessons(BaseModel):
    """How many networks learn from how many images, for how long."""

    model_config = FROZEN

    seeds: Seeds = Field(8, description="networks per window and place")
    splits: Seeds = Field(20, description="splits of the digits, with a network per arm each")
    examples: int = Field(2000, ge=2, le=100_000, description="images that a network learns from")
    channels: int = Field(8, ge=1, le=256, description="of the first layer")
    training: Training = Training(steps=300, batch=64, lr=0.02, schedule="cosine")
    of_digits: Training = Training(steps=600, batch=64, lr=0.01, schedule="cosine")


def crosses(window: int, place: str = ANYWHERE, name: str = RIGHT) -> Quantity:
    return at(name, **{"the cross": place, "window": window})


GUESSES = Control(
    sentence="where no cross is ever shown, networks with a pool over the whole map guess",
    of=crosses(ALL, NOWHERE),
    predicted=within(3, of=50),
)
DIGITS_LEARNED = (
    Control(
        sentence="with pooling layers 96 in a hundred digits are right",
        of=at(DIGITS, arm=POOLED),
        predicted=above(96),
    ),
    Control(
        sentence="with strides whose kernels see one pixel more than ten points are lost",
        of=paired(at(DIGITS, arm=ONE_PIXEL), at(DIGITS, arm=POOLED)),
        predicted=below(-10),
    ),
)
AHEAD_SOONER = Control(
    sentence="after half the steps the pool over the whole map is ahead as well",
    of=paired(crosses(ALL, name=AFTER_HALF), crosses(NO_POOL, name=AFTER_HALF)),
    predicted=above(0),
)
