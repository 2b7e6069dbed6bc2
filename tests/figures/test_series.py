"""Tests of convlab.figures: where samples stand in a figure, and how they are named."""

from __future__ import annotations

import numpy as np
import pytest

from convlab.figures import points, side_by_side
from convlab.measure import Measurements, Sample, exactly


def test_points_are_centers_with_the_ends_of_their_intervals() -> None:
    spread = Sample(tuple(map(float, range(10))), "mean")
    x, center, low, high = points({1: exactly(7), 3: spread})
    assert x.tolist() == [1, 3] and center.tolist() == [7, 4.5]
    assert (low[0], high[0]) == (7, 7)
    assert (low[1], high[1]) == pytest.approx(spread.interval)


def test_quantities_stand_beside_each_other_over_the_name_of_their_row() -> None:
    measurements = Measurements()
    for name, low in {"conv": 1, "local": 5}.items():
        quantities = {"below": exactly(low), "above": exactly(low + 1)}
        measurements.add("accuracy", {"network": name}, quantities)
    measurements.add("another table", {"network": "conv"}, {"error": exactly(0)})
    figure = side_by_side(
        measurements, ("below", "above"), by="network", title="", y="", levels={"chance": 3}
    )
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["conv", "local"]
    found = {group.get_label(): np.array(group[0].get_data()) for group in axes.containers}
    assert found["below"][1].tolist() == [1, 5] and found["above"][1].tolist() == [2, 6]
    middles = (found["below"][0] + found["above"][0]) / 2
    assert middles == pytest.approx([0, 1])
    assert all(group[0].get_linestyle() == "None" for group in axes.containers)
