"""What stands below a figure and across it, so that it can be read away from its run."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

from matplotlib.figure import Figure

from .lettering import drawable

POINTS = 7  # of the letters
LETTERS = 16  # to an inch
LINE = 0.13  # inches


def caption(figure: Figure, text: str) -> None:
    """Write the text below the figure, which grows by as many lines as it needs."""
    width, height = figure.get_size_inches()
    lines = wrap(drawable(text), int(width * LETTERS))
    more = LINE * (len(lines) + 1)
    share = more / (height + more)
    figure.set_size_inches(width, height + more)
    if engine := figure.get_layout_engine():
        engine.set(rect=(0, share, 1, 1 - share))  # type: ignore[call-arg]
    else:
        _raise_axes(figure, share)
    below = share * (1 - LINE / 2 / more)
    style: dict[str, Any] = {"fontsize": POINTS, "color": "0.35", "va": "top", "linespacing": 1.2}
    figure.text(0.01, below, "\n".join(lines), **style)


def _raise_axes(figure: Figure, share: float) -> None:
    for axes in figure.axes:
        box = axes.get_position()
        bottom, height = share + box.y0 * (1 - share), box.height * (1 - share)
        axes.set_position((box.x0, bottom, box.width, height))


def stamp(figure: Figure, text: str) -> None:
    """Write the text across the whole figure, so that nobody overlooks it."""
    style: dict[str, Any] = {
        "fontsize": 44,
        "color": "0.5",
        "alpha": 0.35,
        "rotation": 25,
        "zorder": 10,
    }
    figure.text(0.5, 0.5, drawable(text), ha="center", va="center", **style)
