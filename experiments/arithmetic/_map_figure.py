"""The figure of sizes by image and kernel, each written where it was measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from convlab.figures import images
from convlab.measure import number

from ._map_sizes import KERNELS, SIDES


def of_sizes(panels: Mapping[str, NDArray[Any]], title: str) -> Figure:
    """A panel for each stride, and one for the difference from the formula."""
    figure = images(panels, title=title, highest=14)
    for axes, sizes in zip(figure.axes, panels.values(), strict=False):
        axes.set_xticks(range(len(KERNELS)), [*map(str, KERNELS)])
        axes.set_yticks(range(len(SIDES)), [*map(str, SIDES)])
        axes.set_xlabel("kernel k (pixels)")
        for (row, column), size in np.ndenumerate(sizes):
            colour = "black" if size > 7 else "white"
            axes.text(column, row, number(size), ha="center", va="center", color=colour)
    figure.axes[0].set_ylabel("image n (pixels)")
    return figure
