"""Samples as points of a figure, with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..measure import Measurements, Sample
from .lettering import drawable
from .plots import lines

Column = NDArray[np.float64]
ASIDE = 0.12  # between quantities, where names are 1 apart


def points(
    samples: Mapping[int, Sample] | Mapping[float, Sample],
) -> tuple[Column, Column, Column, Column]:
    """What `figures.lines` draws of samples by their place: x, centers, lows and highs."""
    rows = [(x, each.center, *each.interval) for x, each in samples.items()]
    x, center, low, high = np.array(rows).T
    return x, center, low, high


def side_by_side(
    measurements: Measurements,
    quantities: Sequence[str],
    *,
    by: str,
    title: str,
    y: str,
    levels: Mapping[str, float],
) -> Figure:
    """These quantities of each row beside each other, named by one of its factors."""
    rows = [row for row in measurements.rows if quantities[0] in row.quantities]
    series = {}
    for number, quantity in enumerate(quantities):
        left = ASIDE * (number - (len(quantities) - 1) / 2)
        samples = {place + left: row.quantities[quantity] for place, row in enumerate(rows)}
        series[quantity] = points(samples)
    figure = lines(series, title=title, x="", y=y, levels=levels)
    (axes,) = figure.axes
    axes.set_xticks(range(len(rows)), [drawable(str(row.factors[by])) for row in rows])
    for container in axes.containers:
        container[0].set_linestyle("none")  # nothing lies between two names
    return figure
