"""The figures of kernels beside planted patches, in the course of training."""

from __future__ import annotations

from matplotlib.figure import Figure

from convlab.figures import images, lines, points
from convlab.record import Record

from ._planted_names import FLAT, MAXIMUM, MEAN, POOLED, SHIFTED, SHOWN, WRONG


def draw_cosines(record: Record, title: str) -> Figure:
    rows = [row for row in record.measurements.rows if SHIFTED in row.quantities]
    series = {}
    for arm in (MAXIMUM, MEAN, FLAT, POOLED, WRONG):
        own = [row for row in rows if row.factors["arm"] == arm]
        series[arm] = points({row.factors["done"]: row.quantities[SHIFTED] for row in own})
    figure = lines(
        series,
        title=title,
        x="share of the training that is done",
        y="cosine of the best kernel with the better patch, at the best\n"
        "shift; bars: 95 % intervals over networks",
    )
    figure.axes[0].set_ylim(0, 1)
    figure.axes[0].legend(fontsize=9, loc="lower right", title="what the head sees")
    return figure


def draw_kernels(record: Record) -> Figure:
    """In the first network of each head."""
    return images(
        {name: record.measurements.arrays[name] for name in SHOWN},
        title="A planted patch, and the kernel that became most like it, by the head",
        columns=len(SHOWN),
    )
