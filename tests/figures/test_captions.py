"""Tests of convlab.figures.captions: what stands below a figure, and across it."""

import pytest
from matplotlib.figure import Figure

from convlab.figures import caption, stamp
from convlab.figures.lettering import leave_broken_mathematics

LONG = "hadamard: seeds 0 to 19, " + ", ".join(f"setting{n}={n}" for n in range(40))


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.texts]


@pytest.mark.parametrize("layout", ["constrained", None])
def test_a_caption_stands_whole_below_the_axes_in_room_of_its_own(layout: str | None) -> None:
    figure = Figure(figsize=(4, 3), layout=layout)  # type: ignore[arg-type]  # as pyplot takes it
    axes = figure.subplots()
    axes.set_xlabel("step")
    caption(figure, LONG)
    figure.draw_without_rendering()
    (below,) = figure.texts
    assert below.get_text().split() == LONG.split()
    room, height = below.get_window_extent(), figure.get_size_inches()[1]
    assert height > 3 and room.y0 >= 0 and room.x1 <= figure.bbox.x1
    assert room.y1 <= axes.get_window_extent().y0


def test_longer_captions_make_higher_figures() -> None:
    heights = []
    for text in ("short", LONG):
        figure = Figure(figsize=(4, 3), layout="constrained")
        caption(figure, text)
        heights.append(figure.get_size_inches()[1])
    assert 3 < heights[0] < heights[1]


def test_a_stamp_stands_across_the_middle() -> None:
    figure = Figure(figsize=(4, 3))
    stamp(figure, "quick run")
    (across,) = figure.texts
    assert across.get_text() == "quick run" and across.get_position() == (0.5, 0.5)


def test_what_is_no_mathematics_between_dollars_is_drawn_as_it_is() -> None:
    figure = Figure()
    axes = figure.subplots()
    axes.set_title("$\\frac{$")
    axes.set_xlabel("$x^2$")
    caption(figure, "name=$_^$")
    with pytest.raises(ValueError, match="Expected"):
        figure.draw_without_rendering()
    leave_broken_mathematics(figure)
    figure.draw_without_rendering()
    assert axes.title.get_parse_math() is figure.texts[0].get_parse_math() is False
    assert axes.xaxis.label.get_parse_math()
