"""The formats that a run can be exported to, and the sizes that its figures can have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import UsageError, did_you_mean

DOCUMENTS = {"markdown": ".md", "latex": ".tex", "csv": ".csv", "json": ".json"}
FIGURES = ("svg", "pdf", "png")
FORMATS = (*DOCUMENTS, *FIGURES)
UNITS = {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4, "px": 1 / 96}  # in inches; px as in CSS
DOTS = {"px": 96}  # an inch of a PNG, so that it has as many pixels as were asked for
FINE = 300  # dots an inch of a PNG of any other width
LEAST, MOST = 1.0, 60.0  # inches


@dataclass(frozen=True)
class Width:
    """How wide a figure is, and how many dots an inch of its PNG has."""

    inches: float | None = None  # as it was drawn
    dots: int = 144

    @classmethod
    def of(cls, text: str) -> Width:
        """The width written as `5in`, `12cm`, `120mm` or `600px`; UsageError for others."""
        found = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)\s*(in|cm|mm|px)", text.strip())
        if not found:
            raise UsageError(
                f"--width {text} should be a number with its unit, in, cm, mm or px: 5in"
            )
        inches = float(found[1]) * UNITS[found[2]]
        if not LEAST <= inches <= MOST:
            raise UsageError(f"--width {text} should lie between {LEAST:.0f}in and {MOST:.0f}in")
        return cls(inches, DOTS.get(found[2], FINE))


def formats(words: Sequence[str]) -> list[str]:
    """The formats that are named, each once or by its ending, also as `svg,pdf`; all for none."""
    endings = {ending[1:]: name for name, ending in DOCUMENTS.items()}
    named = [part.strip() for word in words for part in word.split(",") if part.strip()]
    chosen = [endings.get(name.lower(), name.lower()) for name in named]
    for name in chosen:
        if name not in FORMATS:
            raise UsageError(f"no format `{name}`{did_you_mean(name, FORMATS)}")
    return list(dict.fromkeys(chosen)) or list(FORMATS)
