"""Arrays and samples as matplotlib Figures: curves, images, bars and points with intervals.

Figures are made directly, never through pyplot, so no state is shared and no display is needed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import ceil
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from numpy.typing import ArrayLike, NDArray

from ..numbers import number
from .lettering import drawable, wrapped

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7f7f7f"]
MARKERS = "osD^vP*X"
WITHIN = 0.88  # of the width of a figure, that its axes take


def curves(
    series: Mapping[str, ArrayLike],
    *,
    title: str,
    y: str,
    floors: Mapping[str, float] | None = None,
) -> Figure:
    """Losses (S, steps) by name: median and the middle 80 % of the seeds; dashed floors."""
    figure = Figure(figsize=(8, 4.8), layout="constrained")
    axes = _axes(figure, title, "step", y)
    axes.set_yscale("log")
    for colour, (name, values) in zip(COLOURS, series.items(), strict=False):
        losses = np.atleast_2d(np.asarray(values, dtype=float))
        steps = np.arange(1, losses.shape[1] + 1)
        low, middle, high = np.nanquantile(losses, [0.1, 0.5, 0.9], axis=0)
        axes.fill_between(steps, low, high, color=colour, alpha=0.2, linewidth=0)
        axes.plot(steps, middle, color=colour, label=drawable(name))
    _levels(axes, floors or {})
    axes.legend(fontsize=9)
    return figure


def images(
    panels: Mapping[str, ArrayLike],
    *,
    title: str,
    columns: int = 4,
    shared: bool = False,
    highest: float | None = None,
    lowest: float = 0.0,
    signed: Collection[str] = (),
) -> Figure:
    """Images (H, W) side by side; signed ones in blue and red around zero.

    `shared` gives all of them one scale, which a bar beside them shows. With `highest` all are
    grey from `lowest` to that, with what is higher in red and what is lower in blue. The panels
    named in `signed` are blue and red around zero in any case, also where no value is negative.
    """
    arrays = {name: np.asarray(values, dtype=float) for name, values in panels.items()}
    columns = min(columns, len(arrays))
    rows = ceil(len(arrays) / columns)
    height, width = next(iter(arrays.values())).shape
    size = (2.9 * columns, 0.6 + rows * (0.4 + 2.7 * min(2.0, height / width)))
    figure = Figure(figsize=size, layout="constrained")
    figure.suptitle(wrapped(title, size[0]))
    grid = figure.subplots(rows, columns, squeeze=False)
    scale = np.concatenate([array.ravel() for array in arrays.values()]) if shared else None
    for axes in grid.flat[len(arrays) :]:
        axes.axis("off")
    for axes, (name, array) in zip(grid.flat, arrays.items(), strict=False):
        values = array if scale is None else scale
        shown = axes.imshow(array, **_look(values, lowest, highest, name in signed))
        axes.set_title(drawable(name), fontsize=10)
        axes.set_xticks([])
        axes.set_yticks([])
    if shared:
        figure.colorbar(shown, ax=grid, shrink=0.8)
    return figure


def bars(values: Mapping[str, float], *, title: str, x: str, log: bool = True) -> Figure:
    """One horizontal bar per name, the number written at its end."""
    figure = Figure(figsize=(8, 1.2 + 0.42 * len(values)), layout="constrained")
    axes = _axes(figure, title, x, "")
    axes.grid(visible=False, axis="y")
    containers = axes.barh(
        [*map(drawable, values)], list(values.values()), color=COLOURS[0], height=0.65
    )
    axes.invert_yaxis()
    if log:
        axes.set_xscale("log")
        axes.xaxis.set_minor_formatter(NullFormatter())  # the bars bear their numbers
    axes.bar_label(containers, list(map(number, values.values())), padding=4, fontsize=9)
    axes.margins(x=0.18)
    return figure


def lines(
    series: Mapping[str, tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike]],
    *,
    title: str,
    x: str,
    y: str,
    levels: Mapping[str, float] | None = None,
    log_x: bool = False,
    log_y: bool = False,
) -> Figure:
    """Points (x, center, low, high) joined by lines, with their intervals; dashed levels."""
    figure = Figure(figsize=(8, 4.8), layout="constrained")
    axes = _axes(figure, title, x, y)
    for marker, colour, (name, points) in zip(MARKERS, COLOURS, series.items(), strict=False):
        where, center, low, high = (np.asarray(part, dtype=float) for part in points)
        below = np.where(np.isfinite(low), center - low, 0)
        above = np.where(np.isfinite(high), high - center, 0)
        errors = np.maximum([below, above], 0)
        axes.errorbar(
            where,
            center,
            errors,
            color=colour,
            marker=marker,
            ms=5,
            capsize=3,
            label=drawable(name),
        )
    if log_x:
        axes.set_xscale("log")
    if log_y:
        axes.set_yscale("log")
    _levels(axes, levels or {})
    axes.legend(fontsize=9)
    return figure


def _axes(figure: Figure, title: str, x: str, y: str) -> Axes:
    axes = figure.subplots()
    axes.set_title(wrapped(title, WITHIN * figure.get_figwidth()))
    axes.set_xlabel(drawable(x))
    axes.set_ylabel(drawable(y))
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _levels(axes: Axes, levels: Mapping[str, float]) -> None:
    for name, level in levels.items():
        axes.axhline(level, color="black", linestyle="--", linewidth=1)
        axes.annotate(
            drawable(name),
            (0, level),
            xycoords=("axes fraction", "data"),
            xytext=(4, 3),
            textcoords="offset points",
            fontsize=9,
        )


def _look(
    array: NDArray[Any], lowest: float, highest: float | None, signed: bool
) -> dict[str, Any]:
    """Colours and their range: as asked for, else by whether a value is negative."""
    finite = array[np.isfinite(array)]
    low, high = float(finite.min()), float(finite.max())
    if signed or (highest is None and low < 0):
        most = max(-low, high, 1e-12)
        return {"cmap": "RdBu_r", "vmin": -most, "vmax": most}
    if highest is not None:
        grey = colormaps["gray"].with_extremes(over="#d62728", under="#1f77b4")
        return {"cmap": grey, "vmin": lowest, "vmax": highest}
    return {"cmap": "gray", "vmin": 0, "vmax": max(high, 1e-12)}
