"""The figure of `shift`: the error of networks by the shift of their input."""

from __future__ import annotations

from itertools import product

import numpy as np
from matplotlib.figure import Figure

from convlab.figures import lines
from convlab.record import Record

from ._shift_names import CIRCULAR, PLAIN, POOLING, SHIFTS, STRIDE, ZEROS


def comb(record: Record, title: str) -> Figure:
    series = {}
    for padding, arm in product((CIRCULAR, ZEROS), (STRIDE, POOLING, PLAIN)):
        errors = record.measurements.arrays[f"{padding}, {arm}"]
        if padding == CIRCULAR or arm == PLAIN:
            quantiles = np.quantile(errors, [0.5, 0.25, 0.75], axis=0)
            series[f"{padding}, {arm}"] = (SHIFTS, *quantiles)
    figure = lines(
        series,
        title=title,
        x="shift of the input to the right (pixels)",
        y="relative error (median and middle half of the seeds)",
    )
    (axes,) = figure.axes
    axes.set_ylim(top=1.2)  # room for the legend, above the comb
    axes.legend(fontsize=9, ncols=2, loc="upper center")
    return figure
