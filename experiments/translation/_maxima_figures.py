"""The figures of `maxima`: how much maps change, and which maxima stay."""

from __future__ import annotations

from matplotlib.figure import Figure

from convlab.figures import side_by_side
from convlab.measure import Measurements
from convlab.record import Record

from ._maxima_quantities import AFTER, BEFORE, RECTIFIED, THINNED, THREES, TWOS, law


def of_changes(record: Record, title: str, without: str) -> Figure:
    rows = [row for row in record.measurements.rows if row.factors["arm"] != without]
    return side_by_side(
        Measurements(rows),
        (BEFORE, AFTER, THINNED),
        by="arm",
        title=title,
        y="relative change, mean and 95 % interval over seeds",
        levels={},
    )


def of_maxima(record: Record, title: str) -> Figure:
    return side_by_side(
        record.measurements,
        (TWOS, THREES, RECTIFIED),
        by="arm",
        title=title,
        y="unchanged (%), mean and 95 % interval over seeds",
        levels={"1 / 3": law(2), "1 / 2": law(3)},
    )
