"""A grey image in a terminal: two pixels per character, or shades where there is no colour."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.text import Text

LINES = 60  # at most: a long image is made narrower
SHADES = " .:-=+*#%@"
LIFT = 0.7  # the power that lifts faint edges, but not the noise of a photograph


def preview(image: NDArray[Any], console: Console, *, columns: int = 80) -> Text:
    """The image (H, W), brightest |value| white, within the console's width and 60 lines.

    It is reduced by maxima, so that a line one pixel wide is seen wherever it lies.
    """
    height, width = _size(image.shape, min(columns, console.width))
    small = _reduce(np.abs(image), height, width)
    levels = small / max(float(small.max()), 1e-12)
    coloured = console.color_system and not (console.no_color or console.options.ascii_only)
    return _blocks(levels) if coloured else _shades(levels)


def _size(shape: tuple[int, ...], columns: int) -> tuple[int, int]:
    """Rows and columns of a preview, as the image in proportion where both sides allow it."""
    scale = min(1.0, columns / shape[1], 2 * LINES / shape[0])
    rows = max(1, round(shape[0] * scale / 2)) * 2  # a character is two pixels high
    return min(rows, shape[0]), max(1, round(shape[1] * scale))


def _reduce(image: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """The largest value of each cell of a grid."""
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
    lines = _reduce(levels, (len(levels) + 1) // 2, levels.shape[1])
    index = np.minimum((lines**LIFT * len(SHADES)).astype(int), len(SHADES) - 1)
    return Text("\n".join("".join(SHADES[i] for i in row) for row in index), no_wrap=True)
