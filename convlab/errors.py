"""What a user can put right, and the name that was meant by one that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

LIKENESS = 0.6  # of two names that may be mistaken for each other, from 0 to 1


class UsageError(Exception):
    """What was asked for cannot be; the message names the thing, the place and the way out.

    The command line prints it and exits with 2.
    """


def nearest(name: str, known: Iterable[str], same_start: float = LIKENESS) -> str:
    """The known name most like this one, or nothing; `same_start` is enough if it begins alike.

    >>> nearest("hadamart", ["edge", "hadamard"]), nearest("x", ["edge"])
    ('hadamard', '')
    """
    folded, name = {other.casefold(): other for other in known}, name.casefold()
    likeness = {other: SequenceMatcher(None, name, other).ratio() for other in folded}
    enough = {other: same_start if other[:1] == name[:1] else LIKENESS for other in folded}
    near = [other for other in folded if likeness[other] >= enough[other]]
    return folded[max(near, key=likeness.__getitem__)] if near else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """What to say after a name that is not known: the nearest one, or all that there are."""
    names = list(known)
    close = nearest(name, names)
    return f"; did you mean `{close}`?" if close else f"; there are: {', '.join(names)}"
