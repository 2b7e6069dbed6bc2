"""The figure of `poolings`: the accuracy behind either pooling, task by task."""

from __future__ import annotations

from matplotlib.figure import Figure

from convlab.figures import side_by_side
from convlab.measure import Measurements
from convlab.record import Record

from ._pooled import MAX
from ._pooling_names import BEHIND, DIGITS, MOTIF, SHORT, TEXTURE


def by_task(record: Record) -> Figure:
    shown = (MOTIF, TEXTURE, SHORT, DIGITS)
    rows = [row for row in record.measurements.rows if row.factors["task"] in shown]
    figure = side_by_side(
        Measurements([row for row in rows if BEHIND[MAX] in row.quantities]),
        tuple(BEHIND.values()),
        by="task",
        title="Which pooling is better depends on the task",
        y="accuracy (%), mean and 95 % interval over the seeds",
        levels={"guessing (of digits: 10)": 50},
    )
    figure.axes[0].legend(fontsize=9, loc="center right")
    return figure
