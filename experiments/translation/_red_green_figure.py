"""The figures of `red_green`: its images, and the right answers beside what was published."""

from __future__ import annotations

from functools import partial
from itertools import product

from matplotlib.figure import Figure

from convlab.figures import lines, points
from convlab.record import Record

from ._red_green_arms import ARMS, EXCHANGED, HERE, PAPER, SIMILAR


def of_answers(record: Record, title: str) -> Figure:
    series = {}
    for number, (by, quantity) in enumerate(product((HERE, PAPER), (SIMILAR, EXCHANGED))):
        get, left = partial(record.measurements.get, quantity, by=by), 0.12 * number - 0.18
        right = {place + left: get(arm=arm) for place, arm in enumerate(ARMS)}
        series[f"{quantity}, {by}"] = points(right)
    y = "right answers, mean and 95 % interval over seeds"
    figure = lines(series, title=title, x="padding", y=y, levels={"guessing": 50})
    (axes,) = figure.axes
    axes.set_xticks(range(len(ARMS)), ARMS)
    for container in axes.containers:
        container[0].set_linestyle("none")  # nothing lies between two paddings
    return figure


def of_scenes(record: Record) -> Figure:
    """An image of either class, with its rows of training and with the other's, in colours."""
    shown = {name: x for name, x in record.measurements.arrays.items() if "left" in name}
    figure = Figure(figsize=(10, 3.2), layout="constrained")
    figure.suptitle(
        "Red left of green stands high, green left of red low, until rows are exchanged"
    )
    for axes, (name, x) in zip(figure.subplots(1, len(shown)), shown.items(), strict=True):
        axes.imshow(x.transpose(1, 2, 0))
        axes.set_title(name, fontsize=10)
        axes.set_xticks([])
        axes.set_yticks([])
    return figure
