"""Notes for the reader, grouped: those that differ in their numbers only are one kind."""

from __future__ import annotations

import re
from collections.abc import Iterable

NUMBER = re.compile(r"(?<![\w.])(-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?)(?!\w)")


def by_kind(notes: Iterable[str]) -> dict[str, list[int]]:
    """Each kind of note, and where in `notes` it stands; numbers that differ become their range.

    >>> by_kind(["floats from 0 to 1", "turned", "floats from 0 to 3"])
    {'floats from 0 to 1…3': [0, 2], 'turned': [1]}
    """
    kinds: dict[tuple[str, ...], list[tuple[int, list[str]]]] = {}
    for place, note in enumerate(notes):
        words, numbers = NUMBER.split(note)[::2], NUMBER.findall(note)
        kinds.setdefault(tuple(words), []).append((place, numbers))
    places: dict[str, list[int]] = {}
    for (first, *others), members in kinds.items():
        ranges = [_range(column) for column in zip(*(n for _, n in members), strict=True)]
        note = first + "".join(map(str.__add__, ranges, others))
        places.setdefault(note, []).extend(place for place, _ in members)
    return places


def _range(numbers: tuple[str, ...]) -> str:
    low, high = (of(numbers, key=_value) for of in (min, max))
    return low if _value(low) == _value(high) else f"{low}…{high}"


def _value(number: str) -> float:
    return float(number.replace(",", ""))
