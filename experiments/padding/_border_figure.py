"""The figure of `borders`: the sides of maps behind each layer."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from convlab.figures import lines

from ._border_names import LAYERS, ODD, PADDED, STRIDED, WITHOUT
from ._frames import sizes


def shown_sizes(side: int) -> dict[str, NDArray[Any]]:
    """The sides of the maps of an image, its own first, by what is laid upon it."""
    found = {
        f"{arm}, {k} x {k}": sizes(side, k, 1, k // 2 if arm == PADDED else 0, LAYERS)
        for k, arm in product(ODD[:2], (PADDED, WITHOUT))
    }
    found[STRIDED] = sizes(side, 3, 2, 1, LAYERS)
    return {name: np.array(each) for name, each in found.items()}


def of_sizes(arrays: Mapping[str, NDArray[Any]]) -> Figure:
    figure = lines(
        {name: (np.arange(len(found)), found, found, found) for name, found in arrays.items()},
        title="Padding keeps a map from shrinking by its kernels, not by a stride",
        x="layers",
        y="side of the map (pixels; 0: no kernel fits)",
    )
    figure.axes[0].legend(fontsize=9, loc="upper right", bbox_to_anchor=(1, 0.92))
    return figure
