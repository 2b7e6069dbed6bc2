"""The figure of `mapdetail`: what is seen on maps of each size, by what they cost."""

from __future__ import annotations

from itertools import product

from matplotlib.figure import Figure

from convlab.figures import lines, points
from convlab.record import Record

from ._mapdetail_quantities import ADDS, COARSE, FINE, KERNELS, RIGHT, STRIDES


def by_cost(record: Record) -> Figure:
    measured = record.measurements
    series = {
        f"{task}, {kernel} x {kernel}": points(
            {
                measured.get(ADDS, kernel=kernel, stride=stride).center: measured.get(
                    RIGHT, task=task, kernel=kernel, stride=stride
                )
                for stride in reversed(STRIDES)
            }
        )
        for task, kernel in product((FINE, COARSE), KERNELS)
    }
    return lines(
        series,
        title="A larger map buys detail, where the windows of the small one leave gaps",
        x="multiply-adds of both convolutions per image; from left to right: strides 4, 2 and 1",
        y=f"{RIGHT}; bars: 95 % intervals",
        levels={"guessing": 50},
        log_x=True,
    )
