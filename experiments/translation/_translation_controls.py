"""What must come out if the claims of `translation` are to mean anything. No torch."""

from __future__ import annotations

from collections.abc import Callable

from convlab.measure import Control, Quantity, above, at, paired, within

from ._canvas import ABOVE, BELOW
from ._translation_quantities import ALL_ROWS, APART, FLAT, HALF, ZEROS, at_least

LEARNED_FLAT = (
    Control(
        sentence="the flattened network knows the digits below",
        of=at(BELOW, arm=FLAT),
        predicted=above(85),
    ),
    Control(
        sentence="trained on all rows, the flattened network knows the digits above",
        of=at(ABOVE, arm=ALL_ROWS),
        predicted=above(80),
    ),
)
ZEROS_DIFFER = Control(
    sentence="with zero padding instead, logits differ",
    of=at_least(APART, ZEROS),
    predicted=above(0.01),
)


def steady(of: Callable[[str], Quantity], margin: float) -> tuple[Control, ...]:
    """What a quantity of the network trained on all rows must meet to say anything."""
    return (
        *LEARNED_FLAT[1:],
        Control(
            sentence="half the steps teach the network of all rows nearly the same",
            of=paired(of(HALF), of(ALL_ROWS)),
            predicted=within(margin, of=0),
        ),
    )
