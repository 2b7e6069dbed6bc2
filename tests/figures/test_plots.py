"""Tests of convlab.figures: what was measured is what is drawn."""

from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure

from convlab import figures
from convlab.figures.lettering import drawable


def rendered(figure: Figure) -> None:
    figure.savefig(BytesIO(), dpi=50)  # warnings are errors


def test_curves_show_the_median_of_the_seeds_and_the_floor() -> None:
    losses = np.geomspace(1, 0.01, 50) * np.array([1, 2, 30])[:, None]
    figure = figures.curves({"plain": losses}, title="t", y="loss", floors={"floor": 0.015})
    (axes,) = figure.axes
    curve, floor = axes.lines
    np.testing.assert_allclose(np.asarray(curve.get_ydata()), losses[1])
    assert np.asarray(floor.get_ydata())[0] == 0.015 and axes.get_yscale() == "log"
    rendered(figure)


def test_curves_bear_a_diverged_seed_and_a_loss_of_zero() -> None:
    losses = np.array([[1.0, 0.5, 0.0], [1.0, np.nan, np.nan], [2.0, 1.0, 0.0]])
    rendered(figures.curves({"plain": losses}, title="t", y="loss"))


def test_signed_images_are_centred_on_zero_and_others_begin_at_black() -> None:
    panels = {"signed": np.array([[-2.0, 1.0]]), "grey": np.array([[0.5, 1.0]])}
    figure = figures.images(panels, title="t")
    signed, grey = (axes.images[0] for axes in figure.axes)
    assert signed.get_clim() == (-2, 2) and grey.get_clim() == (0, 1)
    rendered(figure)


@pytest.mark.parametrize("values", [[1.0, 5.0], [-1.0, 5.0], [-5.0, -1.0], [0.0, 0.0]])
def test_a_signed_panel_is_blue_and_red_around_zero_whatever_its_signs(
    values: list[float],
) -> None:
    panels = {"image": np.array([[10 / 255, 1.0]]), "edges": np.array([values])}
    figure = figures.images(panels, title="t", highest=1.0, signed=["edges"])
    image, edges = (axes.images[0] for axes in figure.axes)
    low, high = edges.get_clim()
    assert low == -high and high >= max(map(abs, values)) and high > 0
    red, _, blue = edges.to_rgba(np.array([[values[1]]]))[0, 0, :3]
    assert np.sign(red - blue).round() == np.sign(values[1]) or abs(red - blue) < 0.01
    assert image.get_clim() == (0, 1)
    assert image.to_rgba(np.array([[10 / 255]]))[0, 0, 0] == pytest.approx(10 / 255, abs=0.01)
    rendered(figure)


LONG = "One convolution meets its least-squares floor on rectangles that overlap in part " * 2


def test_a_long_title_stays_within_its_figure() -> None:
    panel, point = np.ones((2, 2)), ([1], [1], [1], [1])
    drawn = [
        figures.curves({"a": panel}, title=LONG, y="y"),
        figures.bars({"a": 1.0}, title=LONG, x="x"),
        figures.lines({"a": point}, title=LONG, x="x", y="y"),
        *(figures.images(dict.fromkeys("abcd"[:n], panel), title=LONG) for n in (1, 2, 4)),
    ]
    for figure in drawn:
        rendered(figure)
        title = figure._suptitle or figure.axes[0].title  # type: ignore[attr-defined]
        box = title.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= figure.bbox.width
        assert title.get_text().replace("\n", " ") == LONG.strip()


FOREIGN = "\u56fe \U0001f9ee a\x1b[31m\udcff"  # no font of a figure has these


def test_what_the_font_lacks_is_written_as_its_code_in_every_text_of_a_figure() -> None:
    name, array = FOREIGN, np.ones((2, 2))
    for figure in (
        figures.images({name: array}, title=name),
        figures.bars({name: 1.0}, title=name, x=name),
        figures.curves({name: array}, title=name, y=name, floors={name: 1.0}),
        figures.lines(
            {name: ([1], [1], [1], [1])}, title=name, x=name, y=name, levels={name: 1.0}
        ),
    ):
        rendered(figure)


def test_text_that_can_be_drawn_is_drawn_as_it_is() -> None:
    assert drawable("‖ab‖ × σ, $x^2$\nä") == "‖ab‖ × σ, $x^2$\nä"
    assert drawable(FOREIGN) == r"\u56fe \U0001f9ee a\x1b[31m\udcff"


def test_shared_images_have_one_scale() -> None:
    panels = {str(most): np.linspace(0, most, 6).reshape(2, 3) for most in (1, 5, 3)}
    figure = figures.images(panels, title="t", shared=True, columns=2)
    assert {axes.images[0].get_clim() for axes in figure.axes if axes.images} == {(0, 5)}
    rendered(figure)


def test_what_is_off_the_scale_is_told_by_colour() -> None:
    panels = {"plain": np.array([[-0.5, 0.5, 2.0]])}
    (axes,) = figures.images(panels, title="t", highest=1.0).axes
    shown = axes.images[0]
    below, grey, above = shown.to_rgba(panels["plain"])[0, :, :3]
    assert below[2] > below[0] and above[0] > above[2]  # blue, red
    assert grey[0] == grey[1] == grey[2]


def test_bars_carry_their_numbers() -> None:
    figure = figures.bars({"dense": 16006054680, "convolution": 267960}, title="t", x="operations")
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert texts == {"16\u202f006\u202f054\u202f680", "267\u202f960"}
    rendered(figure)


@pytest.mark.parametrize("log", [False, True])
def test_lines_show_points_with_their_intervals(log: bool) -> None:
    points = [1, 2], [0.5, 0.7], [0.4, -np.inf], [0.6, np.inf]
    figure = figures.lines(
        {"cnn": points}, title="t", x="n", y="accuracy", levels={"chance": 0.1}, log_x=log
    )
    (axes,) = figure.axes
    np.testing.assert_allclose(np.asarray(axes.lines[0].get_ydata()), np.array([0.5, 0.7]))
    rendered(figure)


def test_curves_have_a_band_of_the_middle_80_percent_and_count_steps_from_1() -> None:
    losses = np.linspace(1, 2, 11)[:, None] * np.array([1.0, 0.5, 0.1])
    figure = figures.curves({"plain": losses}, title="a title", y="a loss", floors={"f": 0.01})
    (axes,) = figure.axes
    curve, floor = axes.lines
    assert np.asarray(curve.get_xdata()).tolist() == [1, 2, 3]
    assert (curve.get_label(), floor.get_linestyle()) == ("plain", "--")
    (band,) = axes.collections
    corners = np.asarray(band.get_paths()[0].vertices)
    first = corners[corners[:, 0] == 1, 1]
    assert (first.min(), first.max()) == pytest.approx((1.1, 1.9))
    labels = axes.get_title(), axes.get_xlabel(), axes.get_ylabel()
    assert labels == ("a title", "step", "a loss")
    assert [text.get_text() for text in axes.texts] == ["f"]


def test_bars_stand_in_the_order_of_their_names_and_are_as_long_as_their_values() -> None:
    values = {"first": 0.001234, "second": 12.6, "third": 9.99}
    figure = figures.bars(values, title="t", x="seconds")
    (axes,) = figure.axes
    boxes = [bar.get_path().get_extents(bar.get_patch_transform()) for bar in axes.patches]
    assert [box.x1 for box in boxes] == pytest.approx(list(values.values()))
    heights = [axes.transData.transform((1, box.y0))[1] for box in boxes]
    assert heights == sorted(heights, reverse=True)  # the first on top
    assert {text.get_text() for text in axes.texts} == {"0.001234", "12.6", "9.99"}
    assert axes.get_xscale() == "log" and axes.get_xlabel() == "seconds"
    plain = figures.bars(values, title="t", x="seconds", log=False)
    assert plain.axes[0].get_xscale() == "linear"


def test_the_interval_of_a_point_reaches_from_low_to_high() -> None:
    points = [1, 2, 3], [5.0, 6.0, 7.0], [4.0, -np.inf, 7.5], [8.0, np.inf, 9.0]
    figure = figures.lines({"cnn": points}, title="t", x="n", y="a", levels={"chance": 0.5})
    (axes,) = figure.axes
    (drawn,) = axes.collections
    reach = [tuple(np.asarray(path.vertices)[:, 1]) for path in drawn.get_paths()]
    assert reach == [(4, 8), (6, 6), (7, 9)]  # an end without bound, or beyond, is the point
    assert np.asarray(axes.lines[0].get_xdata()).tolist() == [1, 2, 3]
    level = axes.lines[-1]
    assert np.asarray(level.get_ydata()).tolist() == [0.5, 0.5]
    assert level.get_linestyle() == "--"


@pytest.mark.parametrize("x", [False, True])
@pytest.mark.parametrize("y", [False, True])
def test_an_axis_is_logarithmic_where_it_is_asked_to_be(x: bool, y: bool) -> None:
    points = [1, 2], [5.0, 6.0], [4.0, 5.0], [6.0, 7.0]
    figure = figures.lines({"cnn": points}, title="t", x="n", y="a", log_x=x, log_y=y)
    (axes,) = figure.axes
    scales = axes.get_xscale(), axes.get_yscale()
    assert scales == tuple("log" if each else "linear" for each in (x, y))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("n", "a")


def test_images_stand_in_rows_of_four_and_an_empty_place_is_bare() -> None:
    panels = {str(number): np.full((2, 3), number + 1.0) for number in range(6)}
    figure = figures.images(panels, title="all")
    assert [axes.get_title() for axes in figure.axes] == [*"012345", "", ""]
    assert [axes.axison for axes in figure.axes] == [True] * 6 + [False] * 2
    lefts = [round(axes.get_position().x0, 3) for axes in figure.axes]
    assert lefts[:4] == lefts[4:] and figure.get_suptitle() == "all"
    for number, axes in enumerate(figure.axes[:6]):
        np.testing.assert_array_equal(np.asarray(axes.images[0].get_array()), panels[str(number)])


def test_blue_is_negative_and_red_positive() -> None:
    (axes,) = figures.images({"signed": np.array([[-1.0, 0.0, 1.0]])}, title="t").axes
    negative, zero, positive = axes.images[0].to_rgba(np.array([[-1.0, 0.0, 1.0]]))[0, :, :3]
    assert negative[2] > negative[0] and positive[0] > positive[2]
    assert zero.min() > 0.9
