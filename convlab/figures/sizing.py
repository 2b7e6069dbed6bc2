"""A figure made as wide as a page wants it, its letters and titles with it."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.text import Text

from .lettering import wrapped

SMALLEST = 0.7  # of their size, that letters keep in a figure made smaller
SPACING = 1.2  # of lines, in heights of a letter
BESIDE = 0.85  # of a panel's width, that is not taken by what stands beside its axis


def resize(figure: Figure, width: float) -> None:
    """Make the figure so many inches wide, in proportion; titles are broken where they must be.

    Letters shrink less than the figure, so that they can be read, and never grow. What the lines
    of titles need is added to the height.
    """
    before, height = figure.get_size_inches()
    scale = min(1.0, max(SMALLEST, width / before))
    for text in figure.findobj(lambda each: isinstance(each, Text)):
        text.set_fontsize(scale * text.get_fontsize())  # type: ignore[attr-defined]
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        sizes = [float(label.get_fontsize()) for label in axis.get_ticklabels()]
        axis.set_tick_params(labelsize=max(sizes, default=1))  # of ticks that are yet to be made
    more = dict[int, float]()  # inches, by the row of a panel
    for title in _titles(figure):
        row, columns = _place(title)
        added = _break(title, width * (BESIDE / columns if columns else 1.0))
        more[row] = max(more.get(row, 0.0), added)
    figure.set_size_inches(width, height * width / before + sum(more.values()))


def _titles(figure: Figure) -> list[Text]:
    """The title of the whole and those of its panels."""
    return [*figure.texts, *(axes.title for axes in figure.axes)]


def _place(title: Text) -> tuple[int, int]:
    """The row of the title's panel, and how many share it; -1 and 0 of the figure's own."""
    place = title.axes.get_subplotspec() if title.axes else None
    return (place.rowspan.start, place.get_gridspec().ncols) if place else (-1, 0)


def _break(text: Text, width: float) -> float:
    """Break it anew, as it may have been broken for another width; by how many inches it grows."""
    before, points = text.get_text(), float(text.get_fontsize())
    text.set_text(wrapped(" ".join(before.split()), width, points))
    lines = text.get_text().count("\n") - before.count("\n")
    return max(0, lines) * points * SPACING / 72
