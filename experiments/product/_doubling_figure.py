"""The figure of `doubling`: the product gets worse as the fit gets better."""

from __future__ import annotations

from matplotlib.figure import Figure

from convlab.figures import lines
from convlab.record import Record

from ._doubling_names import ERROR, ERROR_DOUBLED, TRAINING


def of_training(record: Record, title: str) -> Figure:
    rows = [row.quantities for row in record.measurements.rows if row.table == TRAINING]
    doubled = [row[ERROR_DOUBLED] for row in rows]
    centers = [sample.center for sample in doubled]
    low, high = zip(*(sample.interval for sample in doubled), strict=True)
    errors = [row[ERROR].center for row in rows]
    return lines(
        {"exp 3x3, later steps further left": (errors, centers, low, high)},
        title=title,
        x="error on the scene it is trained on, as a share of ‖ab‖ (median of the seeds)",
        y="error with a doubled, as a share of ‖2ab‖\n(median, bars: its 95 % interval)",
        levels={"an output of zeros": 1.0},
        log_x=True,
        log_y=True,
    )
