"""The figures of `consistency`: accuracy against consistency, and the error of every layer."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from convlab.figures import lines, points
from convlab.figures.lettering import wrapped
from convlab.figures.plots import COLOURS
from convlab.record import Record

from ._consistency_names import (
    ARMS,
    BLURRED,
    CENTRED,
    CONSTANT,
    ERROR,
    EVERYWHERE,
    HALF,
    LAYERS,
    SAME,
    SAMPLED,
    STRIDES,
    UNHALVED,
)
from ._grid import USUAL, named

LEFT, RIGHT = (-8, -3), (8, -3)  # points from a dot to its name
TOLD = {  # the arms that are named, and where; the others are grey
    named(USUAL): ("usual: zeros, max 2, flattened", (0, 9)),
    EVERYWHERE: ("usual, trained everywhere", (-8, 9)),
    named(STRIDES): ("circular, stride 2, maximum", RIGHT),
    named(BLURRED): ("circular, blur, maximum", LEFT),
    named(SAMPLED): ("circular, polyphase, maximum", LEFT),
    named(UNHALVED): ("circular, nothing halved, maximum", (-8, -14)),
    CONSTANT: ("always one class", LEFT),
}


def of_tradeoff(record: Record, title: str) -> Figure:
    """An arm further right gives the same class more often, one further up the right class."""
    figure = Figure(figsize=(8, 5.2), layout="constrained")
    axes = figure.subplots()
    for arm in (*(arm for arm in ARMS if arm != HALF), CONSTANT):
        same, right = (record.measurements.get(each, arm=arm).center for each in (SAME, CENTRED))
        axes.plot(same, right, "o", color=COLOURS[0] if arm in TOLD else "silver", zorder=2)
        if arm in TOLD:
            _name(axes, *TOLD[arm], (same, right))
    axes.set_title(wrapped(title, 7))
    axes.set_xlabel("pairs of places with the same class (%); grey: the other cells")
    axes.set_ylabel("right in the middle, where digits were learned (%)")
    axes.set_ylim(0, 109)
    axes.grid(alpha=0.25)
    return figure


def _name(axes: Axes, text: str, aside: tuple[int, int], place: tuple[float, float]) -> None:
    side = "right" if aside[0] < 0 else "left"
    axes.annotate(text, place, xytext=aside, textcoords="offset points", ha=side, fontsize=9)


def of_layers(record: Record, title: str) -> Figure:
    series = {}
    for cell in (USUAL, UNHALVED):
        errors = {
            place: record.measurements.get(ERROR, arm=named(cell), layer=layer)
            for place, layer in enumerate(LAYERS)
            if not (cell == UNHALVED and layer.startswith("halved"))
        }
        series[named(cell)] = points(errors)
    y = "relative error of following, mean and 95 % interval"
    figure = lines(series, title=title, x="layer, when digits move by one pixel", y=y)
    figure.axes[0].set_xticks(range(len(LAYERS)), LAYERS)
    return figure
