"""The figures of `approximation`: errors by the number of layers, and by the gate's scale."""

from __future__ import annotations

from matplotlib.figure import Figure

from convlab.figures import lines, points
from convlab.record import Record

from ._multiplier_names import BY_HAND, GATE, LAYERS, RMS, SCALES, TRAINED, relu_at


def draw_layers(record: Record, title: str) -> Figure:
    """The errors of trained ReLU networks and of those by hand, by the number of layers."""
    arms = {
        "12 wide, weights by hand": (BY_HAND, 12),
        "12 wide, trained": (TRAINED, 12),
        "32 wide, trained": (TRAINED, 32),
    }
    series = {
        name: points({n: relu_at(n, arm, width)(record.measurements) for n in LAYERS})
        for name, (arm, width) in arms.items()
    }
    y = f"{RMS} of a product,\nnumbers of 0 to 1 (median, bars: its 95 % interval)"
    return lines(series, title=title, x="layers of ReLU", y=y, log_y=True)


def draw_gate(record: Record, title: str) -> Figure:
    """The error of the gate of four exp by its scale, in both precisions."""
    series = {}
    for precision in ("float32", "float64"):
        chosen = {λ: record.measurements.get(GATE, precision=precision, scale=λ) for λ in SCALES}
        series[precision] = points(chosen)
    y, x = f"{RMS} of uv,\nu and v of −1 to 1", "scale λ of the four units"
    return lines(series, title=title, x=x, y=y, log_x=True, log_y=True)
