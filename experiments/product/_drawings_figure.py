"""The figure of `drawings`: how the loss falls on each scene."""

from __future__ import annotations

from matplotlib.figure import Figure

from convlab.figures import curves
from convlab.record import Record

from ._drawing_names import DISTANCE, OTHERS


def of_losses(record: Record, title: str) -> Figure:
    measurements, scenes = record.measurements, ("overlapping", *OTHERS)
    unit = float(measurements.arrays["norm of the product, overlapping"])
    losses = {scene: measurements.arrays[f"loss of {scene}, norm"] / unit for scene in scenes}
    floor = measurements.get(DISTANCE, scene="overlapping", arm="least squares").center
    return curves(
        losses,
        title=title,
        y="loss, as a share of ‖ab‖ when overlapping\n"
        "(line: median, band: middle 80 % of the seeds)",
        floors={"least-squares floor when overlapping": floor},
    )
