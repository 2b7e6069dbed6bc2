"""Notes for the reader, grouped: those that differ in their numbers only are one kind."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..numbers import GROUP

# Thousands may stand apart by commas as well: notes are anyone's.
NUMBER = re.compile(rf"(?<![\w.])-?\d+(?:[,{GROUP}]\d{{3}})*(?:\.\d+)?(?:e[+-]?\d+)?(?!\w)")


def alike(notes: Iterable[str], particular: re.Pattern[str] = NUMBER) -> list[list[int]]:
    """Where the notes of each kind stand: those that are the same but for what is particular.

    >>> alike(["floats from 0 to 1", "turned", "floats from 0 to 3"])
    [[0, 2], [1]]
    """
    kinds: dict[tuple[str, ...], list[int]] = {}
    for place, note in enumerate(notes):
        kinds.setdefault(tuple(particular.split(note)), []).append(place)
    return list(kinds.values())


def by_kind(notes: Iterable[str]) -> dict[str, list[int]]:
    """Each kind of note, and where in `notes` it stands; numbers that differ become their range.

    >>> by_kind(["floats from 0 to 1", "turned", "floats from 0 to 3"])
    {'floats from 0 to 1…3': [0, 2], 'turned': [1]}
    """
    texts, places = list(notes), dict[str, list[int]]()
    for at in alike(texts):
        places.setdefault(_of_all([texts[place] for place in at]), []).extend(at)
    return places


def _of_all(notes: list[str]) -> str:
    """One note for these of a kind."""
    first, *others = NUMBER.split(notes[0])
    ranges = map(_range, zip(*map(NUMBER.findall, notes), strict=True))
    return first + "".join(map(str.__add__, ranges, others))


def _range(numbers: tuple[str, ...]) -> str:
    low, high = (of(numbers, key=_value) for of in (min, max))
    return low if _value(low) == _value(high) else f"{low}…{high}"


def _value(number: str) -> float:
    return float(number.replace(",", "").replace(GROUP, ""))
