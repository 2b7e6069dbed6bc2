"""Tests of convlab.figures: what was measured is what is drawn."""

from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure

from convlab import figures


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
    assert texts == {"16,006,054,680", "267,960"}
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
