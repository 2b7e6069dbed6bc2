"""What must come out if the claims of `pooling` are to mean anything. No torch."""

from __future__ import annotations

from convlab.measure import Control, above, at, equal, paired

from ._pooled import AVERAGE, FEATURES, NOISE, NONE, POSTS_WIDTH, UNCHANGED
from ._pooling_quantities import MAXIMUM, OTHERWISE

ON_MAPS = at(UNCHANGED, image=FEATURES, k=POSTS_WIDTH)
POOLING_MATTERS = (
    Control(
        sentence="[0, 0, 1] gives the same 1 as [1, 0, 0], as the post says",
        of=at(MAXIMUM, input="[0, 0, 1]"),
        predicted=equal(1),
    ),
    Control(
        sentence="without pooling fewer outputs stay the same",
        of=paired(ON_MAPS, at(OTHERWISE, image=FEATURES, arm=NONE)),
        predicted=above(0),
    ),
    Control(
        sentence="with average pooling fewer outputs stay the same",
        of=paired(ON_MAPS, at(OTHERWISE, image=FEATURES, arm=AVERAGE)),
        predicted=above(0),
    ),
)
NOISE_CHANGES = (
    Control(
        sentence="without pooling no pixel of noise stays the same",
        of=at(OTHERWISE, image=NOISE, arm=NONE),
        predicted=equal(0),
    ),
    Control(
        sentence="with average pooling no output of noise stays the same",
        of=at(OTHERWISE, image=NOISE, arm=AVERAGE),
        predicted=equal(0),
    ),
)
