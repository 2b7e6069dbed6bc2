"""The figures of `translation`: accuracies below and above, layer by layer, and a digit twice."""

from __future__ import annotations

from matplotlib.figure import Figure

from convlab.figures import images, lines, points, side_by_side
from convlab.record import Record

from ._canvas import ABOVE, BELOW, CHANCE
from ._lifted_digits import WHITE
from ._translation_quantities import (
    ALL_ROWS,
    DENSE,
    ERROR,
    FIRST,
    HALVES,
    POOLED,
    SECOND,
    SOFTMAX,
)


def of_halves(record: Record, title: str) -> Figure:
    return side_by_side(
        record.measurements,
        (BELOW, ABOVE),
        by="arm",
        title=title,
        y="accuracy (%), mean and 95 % interval over seeds",
        levels={"guessing": CHANCE},
    )


def of_layers(record: Record, title: str) -> Figure:
    layers = FIRST, SECOND, DENSE, SOFTMAX
    series = {}
    for arm in (ALL_ROWS, POOLED):
        errors = [record.measurements.get(ERROR, arm=arm, layer=layer) for layer in layers]
        series[arm] = points(dict(enumerate(errors)))
    figure = lines(
        series,
        title=title,
        x="when a digit moves: maps should follow, answers should stay",
        y="relative error, mean and 95 % interval over seeds",
    )
    figure.axes[0].set_xticks(range(len(layers)), layers)
    return figure


def of_a_pair(record: Record) -> Figure:
    examples = {half: record.measurements.arrays[half] for half in HALVES}
    return images(examples, title="The same digit below and above", highest=WHITE)
