"""The figure of `leak`: how often networks are right by the gap between digit and border."""

from __future__ import annotations

from matplotlib.figure import Figure

from convlab.figures import lines, points
from convlab.measure import Measurements

from ._half_names import ACCURACY
from ._halves import GAPS
from ._reach import ARMS, GAP


def of_reach(measurements: Measurements, title: str) -> Figure:
    series = {}
    for padding, depth in reversed(ARMS):
        row = {"padding": padding, "layers": depth}
        by_gap = {gap: measurements.get(ACCURACY, **row, **{GAP: str(gap)}) for gap in GAPS}
        series[f"padding {padding}, layers {depth}"] = points(by_gap)
    figure = lines(
        series,
        title=title,
        x="gap between the digit and the nearer border (pixels)",
        y=f"{ACCURACY}; bars: 95 % intervals of the mean",
        levels={"guessing": 50},
    )
    figure.axes[0].set_xticks([*GAPS])
    return figure
