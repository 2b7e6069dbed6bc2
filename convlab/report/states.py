"""How the state of a claim reads: mark, words and colour, its value, and its strip."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isnan

from ..measure import Outcome
from .standing import Standing, State
from .strip import LETTERS, Signs, strip

SHORT = 24  # characters of a reason that stands behind the verdict, and not below the sentence
MARKS = {
    State.AS_EXPECTED: ("✓", "+", "green"),
    State.UNEXPECTED: ("✗", "x", "red"),
    State.UNDECIDED: ("?", "?", "yellow"),
    State.STALE: ("~", "~", "yellow"),
}
NO_MARK = ("–", "-", "dim")  # where nothing was run


def verdict(standing: Standing, ascii_only: bool = False, *, whole: bool = False) -> str:
    """How it came out, in words that need no legend: `✓ refuted, as expected`.

    A reason that is long is left out unless the whole is wanted.
    """
    mark, reason = _mark(standing)[1 if ascii_only else 0], _reason(standing)
    told = f": {reason}" if reason and (whole or len(reason) <= SHORT) else ""
    return f"{mark} {_outcome(standing)}{told}"


def style(standing: Standing) -> str:
    """The colour of its verdict."""
    return _mark(standing)[2]


def _outcome(standing: Standing) -> str:
    match standing.state:
        case State.UNEXPECTED if standing.outcome != Outcome.INVALID:
            return f"{standing.outcome}, but {standing.expected} was expected"
        case State.AS_EXPECTED:
            return _as_expected(standing)
        case State.UNEXPECTED:
            return standing.outcome
    return str(standing.state)


def _as_expected(standing: Standing) -> str:
    if not standing.expected:
        return f"{standing.outcome} (either was possible)"
    if standing.outcome != Outcome.HOLDS:
        return f"{standing.outcome}, as expected"
    return "holds, by construction" if standing.identity else "holds"


def _reason(standing: Standing) -> str:
    """Why nothing is known of it, or nothing was decided."""
    state = standing.state
    if state is State.UNEXPECTED and standing.outcome != Outcome.INVALID:
        return standing.surprise
    return standing.untestable if state is State.UNTESTABLE else standing.stale or standing.why


def below(standing: Standing) -> Iterator[str]:
    """What stands below the sentence: a long reason, and how the prediction came about."""
    if len(reason := _reason(standing)) > SHORT:
        yield reason
    if not standing.blind:
        yield "predicted after a trial"


def _mark(standing: Standing) -> tuple[str, str, str]:
    """The sign before the words, the same in ASCII, and the colour of both."""
    return MARKS.get(standing.state, NO_MARK)


def drawn(standing: Standing, signs: Signs = LETTERS) -> str:
    """Its strip, once it is measured."""
    if isnan(standing.center):
        return ""
    region = (standing.predicted_low, standing.predicted_high)
    return strip(region, (standing.low, standing.high), standing.center, signs).rstrip()


def measured(standing: Standing) -> str:
    """The value with its interval and its unit, on one line."""
    return f"{standing.measured} {standing.unit}".strip() if standing.measured else ""


def value_and_spread(standing: Standing) -> tuple[str, str]:
    """`5.1` and `[4.2–6.3]`, or why there is no interval."""
    value, *spread = re.split(r" (?=[\[(])", standing.measured, maxsplit=1)
    return value, "".join(spread)


def legend(signs: Signs, quote: str = "") -> str:
    region, interval = signs.region * 3, f"{signs.interval}{signs.center}{signs.interval}"
    return f"{quote}[{region}]{quote} is predicted, {quote}{interval}{quote} was measured"
