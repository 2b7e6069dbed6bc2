"""Tests of convlab.figures.sizing: a figure of another width can still be read."""

from io import BytesIO

import numpy as np
import pytest
from matplotlib.text import Text

from convlab import figures


@pytest.mark.parametrize("width", [3.4, 5.0, 12.0])
def test_a_figure_has_the_width_and_keeps_its_proportions(width: float) -> None:
    figure = figures.curves({"plain": np.ones(3)}, title="t", y="loss")
    figures.resize(figure, width)
    assert tuple(figure.get_size_inches()) == pytest.approx((width, width * 4.8 / 8))


def _size(text: Text) -> float:
    return float(text.get_fontsize())


def test_letters_shrink_less_than_a_figure_and_never_grow() -> None:
    figure = figures.curves({"plain": np.ones(3)}, title="t", y="loss")
    (axes,) = figure.axes
    title, ticks = _size(axes.title), _size(axes.xaxis.get_ticklabels()[0])
    figures.resize(figure, 2.0)
    assert _size(axes.title) == pytest.approx(0.7 * title)
    figure.savefig(BytesIO())  # ticks are made anew
    assert _size(axes.xaxis.get_ticklabels()[0]) == pytest.approx(0.7 * ticks)
    figures.resize(figure, 20.0)
    assert _size(axes.title) == pytest.approx(0.7 * title)


@pytest.mark.parametrize("width", [3.0, 5.0, 8.0])
def test_titles_do_not_leave_the_figure(width: float) -> None:
    title = "A convolution with an exp behind it has learned the product of both images"
    panels = {f"{n}: {title}": np.ones((4, 4)) for n in range(3)}
    for figure in (
        figures.curves({"plain": np.ones(3)}, title=title, y="loss"),
        figures.images(panels, title=title),
    ):
        figures.resize(figure, width)
        figure.savefig(BytesIO(), dpi=100)
        for text in (*(axes.title for axes in figure.axes), *figure.texts):
            box = text.get_window_extent()
            assert box.x0 >= 0 and box.x1 <= 100 * width, text.get_text()


def test_lines_of_titles_take_nothing_from_the_panels() -> None:
    """They need height: two rows of them, and the title of the whole."""
    short, long = (
        {f"{n} {word}": np.ones((4, 4)) for n in range(8)} for word in ("a", "word " * 9)
    )
    heights = []
    for panels in (short, long):
        figure = figures.images(panels, title="t")
        figures.resize(figure, 4.0)
        figure.draw_without_rendering()
        figure.savefig(BytesIO(), dpi=100)
        above, *_ = figure.axes
        below = figure.axes[4]
        assert above.get_window_extent().y0 > below.title.get_window_extent().y1
        heights.append(above.get_window_extent().height)
    assert heights[1] > 0.9 * heights[0]
