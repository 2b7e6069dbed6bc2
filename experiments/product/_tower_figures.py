"""The figures of `towers`: stacks that are finite still by depth, and blocks until overflow."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from convlab.figures import COLOURS, lines, points, wrapped
from convlab.record import Record

from ._tower_quantities import EDGE, FLOAT32, GAINS, SURVIVED
from ._towers import law_of_overflow

SHOWN = (("exp", 1), ("exp", 4), ("exp", 16), ("log-exp", 16))


def draw_survival(record: Record, title: str) -> Figure:
    """The share of random stacks that are finite still, by the number of their blocks."""
    series = {}
    for arm, width in SHOWN:
        rows = [row for row in record.measurements.rows if SURVIVED in row.quantities]
        chosen = [r for r in rows if (r.factors["arm"], r.factors["width"]) == (arm, width)]
        samples = {int(r.factors["blocks"]): r.quantities[SURVIVED] for r in chosen}
        series[f"{arm}, {width} channel{'s' * (width > 1)}"] = points(samples)
    y = "random stacks that are finite still (share)\nbars: 95 % intervals over the seeds"
    figure = lines(series, title=title, x="blocks, one behind the other", y=y)
    figure.axes[0].set_ylim(-0.05, 1.05)
    return figure


def draw_threshold(record: Record, title: str) -> Figure:
    """How many blocks x → exp(g x) stands, beside its law and the threshold."""
    figure = Figure(figsize=(8, 4.8), layout="constrained")
    axes = figure.subplots()
    axes.set_title(wrapped(title, 7))
    grid = np.linspace(EDGE * 1.001, 1.05, 500)
    axes.plot(grid, [*map(law_of_overflow, grid)], "k--", label="law, π / √(e(g − 1/e) / 2)")
    blocks = [record.measurements.get(FLOAT32, gain=gain).center for gain in GAINS]
    axes.plot(GAINS, blocks, "o", color=COLOURS[0], label="counted, float32")
    axes.axvspan(0, EDGE, color=COLOURS[2], alpha=0.2)
    text = "settles:\nno overflow\nafter 2,000\nblocks"
    axes.annotate(text, (0.18, 30), ha="center", va="center")
    axes.axvline(EDGE, color=COLOURS[2], label="1/e")
    axes.set(xlim=(0, 1.05), yscale="log", xlabel="gain g of a block, the sum of its kernel")
    axes.set_ylabel("blocks until x → exp(g x) overflows")
    axes.legend(fontsize=9)
    return figure
