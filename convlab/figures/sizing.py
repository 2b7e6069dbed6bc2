"""A figure made as wide as a page wants it, its letters and titles with it."""

from __future__ import annotations

from textwrap import wrap

from matplotlib.figure import Figure
from matplotlib.text import Text

SMALLEST = 0.7  # of their size, that letters keep in a figure made smaller
LETTERS = 135  # of one point, to an inch: 13 of ten points
BESIDE = 0.85  # of a panel's width, that is not taken by what stands beside its axis


def resize(figure: Figure, width: float) -> None:
    """Make the figure so many inches wide, in proportion; titles are broken where they must be.

    Letters shrink less than the figure, so that they can be read, and never grow.
    """
    before, height = figure.get_size_inches()
    figure.set_size_inches(width, height * width / before)
    scale = min(1.0, max(SMALLEST, width / before))
    for text in figure.findobj(lambda each: isinstance(each, Text)):
        text.set_fontsize(scale * text.get_fontsize())  # type: ignore[attr-defined]
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        sizes = [float(label.get_fontsize()) for label in axis.get_ticklabels()]
        axis.set_tick_params(labelsize=max(sizes, default=1))  # of ticks that are yet to be made
    for title in _titles(figure):
        _break(title, width * _share(title))


def _titles(figure: Figure) -> list[Text]:
    """The title of the whole and those of its panels."""
    return [*figure.texts, *(axes.title for axes in figure.axes)]


def _share(title: Text) -> float:
    """Of the figure's width, what a title can have: one above a panel shares it with others."""
    place = title.axes.get_subplotspec() if title.axes else None
    return BESIDE / place.get_gridspec().ncols if place else 1.0


def _break(text: Text, width: float) -> None:
    letters = max(8, int(width * LETTERS / float(text.get_fontsize())))
    lines = (part for line in text.get_text().split("\n") for part in wrap(line, letters) or [""])
    text.set_text("\n".join(lines))
