"""A grey image in a terminal: two pixels per character, or shades where there is no colour."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.text import Text

SHADES = " .:-=+*#%@"
LIFT = 0.7  # the power that lifts faint edges, but not the noise of a photograph


def preview(image: NDArray[Any], console: Console, *, columns: int = 80) -> Text:
    """The image (H, W), brightest value white, reduced to the console's width by maxima."""
    width = min(columns, console.width, image.shape[1])
    height = max(2, round(image.shape[0] * width / image.shape[1] / 2) * 2)
    small = _reduce(np.abs(image), min(height, image.shape[0]), width)
    levels = small / max(float(small.max()), 1e-12)
    return _blocks(levels) if console.color_system and not console.no_color else _shades(levels)


def _reduce(image: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """The largest value of each cell of a grid: a line one pixel wide is not lost."""
    rows = np.linspace(0, image.shape[0], height, endpoint=False).astype(int)
    columns = np.linspace(0, image.shape[1], width, endpoint=False).astype(int)
    reduced: NDArray[Any] = np.maximum.reduceat(
        np.maximum.reduceat(image, rows, axis=0), columns, axis=1
    )
    return reduced


def _blocks(levels: NDArray[Any]) -> Text:
    grey = np.rint(255 * levels**LIFT).astype(int)
    if len(grey) % 2:
        grey = np.vstack([grey, np.zeros_like(grey[:1])])
    text = Text(no_wrap=True)
    for upper, lower in zip(grey[::2], grey[1::2], strict=True):
        for above, below in zip(upper, lower, strict=True):
            text.append("▀", f"rgb({above},{above},{above}) on rgb({below},{below},{below})")
        text.append("\n")
    return text


def _shades(levels: NDArray[Any]) -> Text:
    index = np.minimum((levels[::2] ** LIFT * len(SHADES)).astype(int), len(SHADES) - 1)
    return Text("\n".join("".join(SHADES[i] for i in row) for row in index), no_wrap=True)
