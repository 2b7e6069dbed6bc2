"""Anything as plain data of JSON's types, and that as a text that harms no terminal."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from ..foreign import as_text

LONGEST = 2**13  # bits of a whole number; Python writes no longer ones
NO_NUMBER = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
_SPECIAL = re.compile(r"[^\x20-\x7e\n]")


def as_json(document: Any, *, ascii_only: bool = False) -> str:
    """The document as text, in which nothing acts on a terminal and every letter can be written.

    Unseen characters, and with `ascii_only` all beyond ASCII, are written as JSON's escapes.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    return _SPECIAL.sub(lambda found: _escaped(found[0], ascii_only), text)


def _escaped(character: str, ascii_only: bool) -> str:
    seen = character.isprintable() and not ascii_only
    return character if seen else json.dumps(character)[1:-1]


def plain(value: Any) -> Any:
    """The value with only JSON's types in it."""
    if isinstance(value, dict):
        return {as_text(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, int) and value.bit_length() > LONGEST:
        return as_text(value)
    if isinstance(value, bool | int | None):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else NO_NUMBER[repr(float(value))]
    if hasattr(value, "tolist"):  # a number or an array of numpy or torch
        return plain(value.tolist())
    return as_text(value)
