"""The figure of `units`: how many seeds have solved the task after so many steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from convlab.figures import COLOURS, lines, points
from convlab.measure import Sample
from convlab.record import Record

from ._unit_results import PUBLISHED_STEPS, SHARES

ARRAY = "solved after each look"  # (looks, 1 + S): the steps, and which seeds had solved it


def as_array(steps: Sequence[int], solved: Sequence[Sequence[bool]]) -> NDArray[np.float32]:
    return np.column_stack([steps, np.asarray(solved)]).astype(np.float32)


def draw_course(record: Record, title: str) -> Figure:
    """The shares of the seeds by the steps, and the published ones at the end."""
    series = {}
    for unit in SHARES:
        rows = record.measurements.arrays[f"{ARRAY}, {unit}"]
        shown = rows[:: max(1, len(rows) // 20)]
        series[unit] = points({row[0]: Sample(tuple(row[1:]), "proportion") for row in shown})
    y = "networks that have solved the task (share)\nbars: 95 % intervals over the seeds"
    figure = lines(series, title=title, x="steps of training", y=y)
    (axes,) = figure.axes
    axes.set_ylim(-0.05, 1.05)
    for colour, (unit, share) in zip(COLOURS, SHARES.items(), strict=False):
        axes.axhline(share, color=colour, linestyle=":", linewidth=1)
        text = f"{unit} after {PUBLISHED_STEPS:,} steps,\nMadsen and Johansen"
        axes.annotate(
            text,
            (0.01, share + 0.01),
            xycoords=("axes fraction", "data"),
            color=colour,
            fontsize=8,
        )
    axes.legend(fontsize=9, loc="center left")
    return figure
