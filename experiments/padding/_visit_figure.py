"""The figure of `visits`: how many outputs read each pixel near a corner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from convlab.figures import images

from ._visit_quantities import PADDINGS

SHOWN = 6  # pixels from the corner


def of_counts(arrays: Mapping[str, NDArray[Any]], finding: str) -> Figure:
    panels = {
        f"{name} ({padding} pixels)": arrays[name][:SHOWN, :SHOWN]
        for name, padding in PADDINGS.items()
    }
    figure = images(
        panels,
        title=f"{finding}\n(outputs of a 3 x 3 kernel that read each pixel, near a corner)",
        shared=True,
    )
    for axes, map_ in zip(figure.axes, panels.values(), strict=False):
        for (row, column), count in np.ndenumerate(map_):
            colour = "white" if count < 6 else "black"
            axes.text(column, row, f"{count:.0f}", ha="center", va="center", color=colour)
    return figure
