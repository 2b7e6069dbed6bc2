"""The figures of what windows keep and of which digits are recognised, by the windows' width."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from convlab.data import PHOTOGRAPHS
from convlab.figures import lines, points
from convlab.record import Record

from ._laws import law_of_noise
from ._pooled import (
    AVERAGE,
    DISPLACED,
    FEATURES,
    MAX,
    NOISE,
    NONE,
    SEEN,
    SIZES,
    UNCHANGED,
    WIDTHS,
)
from ._windows import without_ties

X, BARS = "width k of the window (pixels)", "bars: 95 % intervals over the seeds"
IMAGES = (NOISE, *PHOTOGRAPHS, *map(without_ties, PHOTOGRAPHS), FEATURES, SEEN)
Column = NDArray[np.float64]


def of_shares(record: Record, title: str) -> Figure:
    """The windows that keep their maximum, of each image, beside the law of noise."""
    series = {image: _by_width(record, UNCHANGED, image=image) for image in IMAGES}
    y = f"windows that keep their maximum (share)\n{BARS}"
    figure = lines(series, title=title, x=X, y=y)
    (axes,) = figure.axes
    law = list(map(law_of_noise, WIDTHS))
    axes.plot(WIDTHS, law, "k--", zorder=3, label="law of noise, (k - 1) / (k + 1)")
    axes.set_xticks(WIDTHS)
    axes.set_ylim(top=1.1)  # room for the legend
    axes.legend(fontsize=9, loc="upper left", ncols=2)
    return figure


def of_recognised(record: Record, title: str) -> Figure:
    """The digits that are recognised a pixel off, by their size, with each pooling and none."""
    series = {
        f"{arm}, digits of {size} x {size} pixels": points(
            {
                k: record.measurements.get(DISPLACED, size=size, arm=arm if k > 1 else NONE, k=k)
                for k in (1, *WIDTHS)
            }
        )
        for size in SIZES
        for arm in (MAX, AVERAGE)
    }
    y = f"digits recognised a pixel off (share)\n{BARS}"
    figure = lines(series, title=title, x=f"{X}; 1: no pooling", y=y)
    (axes,) = figure.axes
    axes.set_xticks((1, *WIDTHS))
    axes.set_ylim(0, 1.05)
    return figure


def _by_width(
    record: Record, quantity: str, **factors: str
) -> tuple[Column, Column, Column, Column]:
    """The points of a quantity over the widths of the windows."""
    return points({k: record.measurements.get(quantity, k=k, **factors) for k in WIDTHS})
