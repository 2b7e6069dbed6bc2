"""The figures of `position`: a pair, how often each arm is right, and the losses of two twins."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import Any

from matplotlib.figure import Figure
from numpy.typing import NDArray

from convlab.figures import bars, curves, images
from convlab.measure import Measurements

from ._half_names import ACCURACY
from ._position_names import ARMS, CIRCULAR, LOCAL, TRAINED


def of_pair(pair: NDArray[Any]) -> Figure:
    panels = dict(zip(("label: top", "label: bottom"), pair, strict=True))
    return images(panels, title="The two images of a pair", highest=1.0)


def of_accuracy(measurements: Measurements, title: str) -> Figure:
    figure = bars(
        {arm: measurements.get(ACCURACY, arm=arm, when=TRAINED).center for arm in ARMS},
        title=title,
        x=f"{ACCURACY}, mean of the seeds; dashed: guessing",
        log=False,
    )
    (axes,) = figure.axes
    axes.axvline(50, color="black", linestyle="--", linewidth=1)
    for number in axes.texts:
        number.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0})
    return figure


def of_losses(arrays: Mapping[str, NDArray[Any]], finding: str) -> Figure:
    return curves(
        {arm: arrays[f"loss of {arm}"] for arm in (CIRCULAR, LOCAL)},
        title=f"{finding} (two networks that start as the same)",
        y="cross-entropy; bands: middle 80 % of the seeds",
        floors={"guessing, log 2": log(2)},
    )
