"""The figure of `growth`: the times of both layers, and what their multiply-adds foretell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from convlab.figures import lines, points
from convlab.timing import milliseconds

from ._names import CONVOLUTION, DENSE

Numbers = NDArray[np.float64]
Series = tuple[Numbers, Numbers, Numbers, Numbers]  # pixels; ms and the ends of their intervals


def of_times(arrays: Mapping[str, NDArray[Any]], batches: Mapping[str, str], title: str) -> Figure:
    series = {arm: _series(arrays, arm) for arm in batches}
    figure = lines(
        {f"{arm}, {batch}": series[arm] for arm, batch in batches.items()},
        title=title,
        x="size (pixels)",
        y="forward and backward (ms), bars: 95 % intervals",
        log_x=True,
        log_y=True,
    )
    _draw_predicted(figure, series[DENSE], 2, "--")
    _draw_predicted(figure, series[CONVOLUTION], 1, ":")
    return figure


def _series(arrays: Mapping[str, NDArray[Any]], arm: str) -> Series:
    times = map(milliseconds, arrays[f"{arm}, time (s)"])
    sizes = arrays[f"{arm}, size (pixels)"].tolist()
    return points(dict(zip(sizes, times, strict=True)))


def _draw_predicted(figure: Figure, series: Series, exponent: int, style: str) -> None:
    """A power of the pixels at the height of the points."""
    pixels, centers, *_ = series
    level = np.exp(np.log(centers / pixels**exponent).mean())
    label = f"as the multiply-adds: pixels to the power {exponent}"
    (axes,) = figure.axes
    axes.plot(pixels, level * pixels**exponent, style, color="black", label=label, zorder=3)
    axes.legend(fontsize=9)
