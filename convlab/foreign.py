"""Text from elsewhere: names of files, a user's experiment, messages of other programs."""

from __future__ import annotations

import unicodedata

UNSEEN = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}  # controls, halves of a pair, line ends
JOINERS = "\u200c\u200d"  # within words of some scripts, and within emoji


def printable(text: object) -> str:
    r"""The text on one line, whatever would act on a terminal written as Python writes it.

    >>> print(printable("a\x1b[31mb\n\udcffc"))
    a\x1b[31mb\n\udcffc
    """
    return "".join(map(_visible, as_text(text)))


def as_text(value: object) -> str:
    """The words of the value, or Python's where its own fail."""
    try:
        return str(value)
    except Exception:  # whatever an experiment put there; a number may have too many digits
        return object.__repr__(value)


def _visible(character: str) -> str:
    if unicodedata.category(character) in UNSEEN and character not in JOINERS:
        return character.encode("unicode_escape", "surrogatepass").decode("ascii")
    return character
