"""The figures of `downsampling`: the comb of its shifts, and what every cell of its grid loses."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from convlab.figures import lines
from convlab.figures.lettering import wrapped
from convlab.record import Record

from ._grid import CIRCULAR, HALVINGS, HEADS, MEAN, PADDINGS, REACH

SIDE = 2 * REACH + 1  # of a map of shifts
DARK = 0.5  # change from which numbers are white


def of_comb(record: Record, title: str) -> Figure:
    """Changes by the shift to the right, with circular padding and a global average."""
    series, shifts = {}, np.arange(-REACH, REACH + 1)
    for halving in HALVINGS:
        changes = record.measurements.arrays[f"{CIRCULAR}, {halving}, {MEAN}"]
        to_the_right = changes.reshape(-1, SIDE, SIDE)[:, REACH]
        series[halving] = (shifts, *np.quantile(to_the_right, [0.5, 0.25, 0.75], axis=0))
    x = "shift of the image to the right (pixels)"
    y = "relative change of logits (median and middle half of the seeds)"
    return lines(series, title=title, x=x, y=y)


def of_grid(record: Record, title: str) -> Figure:
    """The mean change under all shifts, of each cell."""
    figure = Figure(figsize=(12, 3.7), layout="constrained")
    figure.suptitle(wrapped(title, 10))
    for axes, head in zip(figure.subplots(1, len(HEADS)), HEADS, strict=True):
        changes = np.array(
            [
                [record.measurements.arrays[f"{each}, {halving}, {head}"] for halving in HALVINGS]
                for each in PADDINGS
            ]
        )
        _draw_cells(axes, changes.mean(axis=(2, 3)))
        axes.set_title(f"mean change of logits: {head}", fontsize=10)
    return figure


def _draw_cells(axes: Axes, changes: np.ndarray) -> None:
    axes.imshow(changes, cmap="Reds", vmin=0, vmax=1)
    for (row, column), change in np.ndenumerate(changes):
        text = "0" if change == 0 else f"{change:.2f}"
        colour = "white" if change > DARK else "black"
        weight = "bold" if change == 0 else "normal"
        axes.text(
            column, row, text, ha="center", va="center", color=colour, weight=weight, fontsize=9
        )
    axes.set_xticks(range(len(HALVINGS)), HALVINGS, rotation=30, ha="right", fontsize=8)
    axes.set_yticks(range(len(PADDINGS)), PADDINGS, fontsize=8)
