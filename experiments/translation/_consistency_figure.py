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
    CENTRED,
    CONSTANT,
    ERROR,
    EVERYWHERE,
    HALF,
    LAYERS,
    SAME,
    UNHALVED,
)
from ._grid import CIRCULAR, MAXIMUM, POLYPHASE, STRIDE, USUAL, named

TOLD = {  # the arms that are named, with colours; the others are grey
    named(USUAL): "usual: zeros, max 2, flattened",
    EVERYWHERE: "usual, trained everywhere",
    named((CIRCULAR, STRIDE, MAXIMUM)): "circular, stride 2, maximum",
    named((CIRCULAR, POLYPHASE, MAXIMUM)): "circular, polyphase, maximum",
    named(UNHALVED): "circular, nothing halved, maximum",
    CONSTANT: "always one class",
}


def of_tradeoff(record: Record, title: str) -> Figure:
    """An arm further right gives the same class more often, one further up the right class."""
    figure = Figure(figsize=(8, 5.2), layout="constrained")
    axes = figure.subplots()
    for arm in (*(arm for arm in ARMS if arm != HALF), CONSTANT):
        same, right = (record.measurements.get(each, arm=arm).center for each in (SAME, CENTRED))
        axes.plot(same, right, "o", color=COLOURS[0] if arm in TOLD else "silver", zorder=2)
        if arm in TOLD:
            _name(axes, TOLD[arm], (same, right))
    axes.set_title(wrapped(title, 7))
    axes.set_xlabel("pairs of places with the same class (%); grey: the other cells")
    axes.set_ylabel("right in the middle, where digits were learned (%)")
    axes.set_ylim(0, 102)
    axes.grid(alpha=0.25)
    return figure


def _name(axes: Axes, text: str, place: tuple[float, float]) -> None:
    far = place[0] > 80
    axes.annotate(
        text,
        place,
        xytext=(-7 if far else 7, 9),
        textcoords="offset points",
        ha="right" if far else "left",
        fontsize=9,
    )


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
